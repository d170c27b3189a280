//! Kinds of venues: how many people come, when and for how long.

use rand_distr::LogNormal;

use crate::{draw::Draws, error::SynthError};

/// A kind of venue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Station,
    Hospital,
    Market,
    Shop,
    Restaurant,
    Gym,
    Cinema,
    Pharmacy,
    Clinic,
    Church,
    School,
    Workplace,
}

/// When people come: around an hour of the day, give or take, in a share of visits.
type Peak = (f64, f64, f64);

/// What is typical of a kind of venue. There is no survey behind these figures: they are assumptions, stylised so that
/// a day looks like a day. The kinds are those for which disease profiles give times.
#[derive(Debug)]
pub(crate) struct Typical {
    pub(crate) kind: Kind,
    /// The kind's word in tables.
    pub(crate) word: &'static str,
    /// Share of all visits.
    pub(crate) share: f64,
    /// Fewest and most visits on a usual day.
    pub(crate) visits: (f64, f64),
    /// Hour, hours around it, share of the visits.
    pub(crate) peaks: &'static [Peak],
    /// Median stay in minutes, and how far stays spread around it (standard deviation of the logarithm).
    pub(crate) stay: (f64, f64),
    /// Longest stay in minutes.
    pub(crate) stay_max: f64,
    /// Risk of an hour together, against that in a shop.
    pub(crate) closeness: f64,
}

/// Shortest stay, in minutes.
const STAY_MIN: f64 = 3.0;

/// Every kind, in the order of [`Kind`].
pub(crate) const TYPICAL: [Typical; 12] = [
    Typical {
        kind: Kind::Station,
        word: "station",
        share: 0.10,
        visits: (3000.0, f64::INFINITY),
        peaks: &[(8.2, 2.0, 0.4), (18.0, 2.5, 0.4), (13.0, 6.0, 0.2)],
        stay: (14.0, 0.5),
        stay_max: 120.0,
        closeness: 0.5,
    },
    Typical {
        kind: Kind::Hospital,
        word: "hospital",
        share: 0.03,
        visits: (600.0, 20_000.0),
        peaks: &[(9.5, 2.0, 0.6), (14.5, 2.5, 0.4)],
        stay: (95.0, 0.5),
        stay_max: 480.0,
        closeness: 1.0,
    },
    Typical {
        kind: Kind::Market,
        word: "market",
        share: 0.14,
        visits: (150.0, 40_000.0),
        peaks: &[(8.0, 2.0, 0.5), (17.0, 2.5, 0.5)],
        stay: (28.0, 0.5),
        stay_max: 180.0,
        closeness: 1.0,
    },
    Typical {
        kind: Kind::Shop,
        word: "shop",
        share: 0.270,
        visits: (0.0, 4000.0),
        peaks: &[(11.0, 3.0, 0.4), (18.0, 3.5, 0.6)],
        stay: (18.0, 0.6),
        stay_max: 180.0,
        closeness: 1.0,
    },
    Typical {
        kind: Kind::Restaurant,
        word: "restaurant",
        share: 0.230,
        visits: (0.0, 2500.0),
        peaks: &[(12.2, 1.2, 0.45), (18.7, 1.8, 0.55)],
        stay: (55.0, 0.4),
        stay_max: 240.0,
        closeness: 2.0,
    },
    Typical {
        kind: Kind::Gym,
        word: "gym",
        share: 0.025,
        visits: (20.0, 500.0),
        peaks: &[(7.5, 1.5, 0.25), (19.3, 2.0, 0.75)],
        stay: (75.0, 0.3),
        stay_max: 240.0,
        closeness: 2.0,
    },
    Typical {
        kind: Kind::Cinema,
        word: "cinema",
        share: 0.015,
        visits: (100.0, 2500.0),
        peaks: &[(15.0, 3.0, 0.4), (20.0, 2.0, 0.6)],
        stay: (120.0, 0.15),
        stay_max: 210.0,
        closeness: 1.0,
    },
    Typical {
        kind: Kind::Pharmacy,
        word: "pharmacy",
        share: 0.02,
        visits: (10.0, 300.0),
        peaks: &[(10.5, 3.0, 0.5), (17.5, 3.0, 0.5)],
        stay: (11.0, 0.5),
        stay_max: 60.0,
        closeness: 1.0,
    },
    Typical {
        kind: Kind::Clinic,
        word: "clinic",
        share: 0.015,
        visits: (20.0, 600.0),
        peaks: &[(9.5, 2.0, 0.6), (15.0, 2.5, 0.4)],
        stay: (50.0, 0.4),
        stay_max: 240.0,
        closeness: 1.0,
    },
    Typical {
        kind: Kind::Church,
        word: "church",
        share: 0.01,
        visits: (50.0, 800.0),
        peaks: &[(10.0, 1.0, 0.8), (19.0, 1.0, 0.2)],
        stay: (75.0, 0.2),
        stay_max: 180.0,
        closeness: 1.5,
    },
    // Schools and workplaces: the shares are what pupils and workers come to; see `daily_life`.
    Typical {
        kind: Kind::School,
        word: "school",
        share: 0.040,
        visits: (60.0, 3000.0),
        peaks: &[(8.0, 0.4, 1.0)],
        stay: (480.0, 0.08),
        stay_max: 640.0,
        closeness: 1.0,
    },
    Typical {
        kind: Kind::Workplace,
        word: "workplace",
        share: 0.105,
        visits: (0.0, 3500.0),
        peaks: &[(8.9, 1.2, 1.0)],
        stay: (530.0, 0.08),
        stay_max: 780.0,
        closeness: 1.0,
    },
];

impl Kind {
    /// What is typical of the kind.
    pub(crate) fn typical(self) -> &'static Typical {
        // INVARIANT: every kind has its line, in its place, as the test below says.
        TYPICAL.get(self as usize).unwrap_or(&TYPICAL[0])
    }

    /// Whether people go there of their own choice, rather than because they learn or work there.
    pub(crate) fn is_errand(self) -> bool {
        !matches!(self, Kind::School | Kind::Workplace)
    }
}

/// How long people stay, for every kind.
#[derive(Debug, Clone)]
pub(crate) struct Stays(Vec<LogNormal<f64>>);

impl Stays {
    pub(crate) fn new() -> Result<Self, SynthError> {
        let of = |typical: &Typical| LogNormal::new(typical.stay.0.ln(), typical.stay.1);
        TYPICAL.iter().map(of).collect::<Result<_, _>>().map(Stays).map_err(SynthError::invalid("stay"))
    }

    /// Seconds of a stay at a kind of venue.
    pub(crate) fn seconds(&self, kind: Kind, draws: &mut Draws) -> u32 {
        let typical = kind.typical();
        let minutes = self.0.get(kind as usize).map_or(typical.stay.0, |stay| draws.from(stay));
        (minutes.clamp(STAY_MIN, typical.stay_max) * 60.0) as u32
    }
}

/// When somebody comes to a kind of venue: seconds since midnight.
pub(crate) fn arrival_second(kind: Kind, draws: &mut Draws) -> u32 {
    let mut rest = draws.share();
    let peaks = kind.typical().peaks;
    let mut chosen = peaks.first().copied().unwrap_or((12.0, 4.0, 1.0));
    for peak in peaks {
        chosen = *peak;
        if rest < peak.2 {
            break;
        }
        rest -= peak.2;
    }
    // The sum of two even draws: a triangle around the hour.
    let hour = chosen.0 + chosen.1 * (draws.share() + draws.share() - 1.0);
    (hour.max(0.0) * 3600.0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Purpose;

    #[test]
    fn every_kind_has_its_line_in_its_place_and_the_shares_are_whole() {
        for (place, typical) in TYPICAL.iter().enumerate() {
            assert_eq!(typical.kind as usize, place);
            assert_eq!(typical.kind.typical().word, typical.word);
            let peaks: f64 = typical.peaks.iter().map(|p| p.2).sum();
            assert!((peaks - 1.0).abs() < 1e-9, "{}", typical.word);
        }
        let shares: f64 = TYPICAL.iter().map(|t| t.share).sum();
        assert!((shares - 1.0).abs() < 1e-9, "{shares}");
    }

    #[test]
    fn people_lunch_at_noon_for_about_an_hour() {
        let stays = Stays::new().unwrap();
        let mut draws = Draws::new(1, Purpose::Day, 0, 0);
        let mut noon = 0;
        let mut minutes = Vec::new();
        for _ in 0..10_000 {
            noon += u32::from(
                (11 * 3600..13 * 3600 + 1800).contains(&arrival_second(Kind::Restaurant, &mut draws)),
            );
            minutes.push(stays.seconds(Kind::Restaurant, &mut draws) / 60);
        }
        minutes.sort_unstable();
        assert!((4000..5000).contains(&noon), "{noon}");
        assert!((53..57).contains(&minutes[5000]), "{}", minutes[5000]);
        assert!(minutes[0] >= 3 && minutes[9999] <= 240);
    }
}
