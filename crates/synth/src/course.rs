//! The course of an infection: when somebody is infectious, falls ill and is well again, and how infectious they are.
//!
//! The figures are those of Covasim 4.0.1 for SARS-CoV-2 in 2020 (Kerr CC et al., PLoS Comput Biol 2021;17:e1009149,
//! doi:10.1371/journal.pcbi.1009149), with the studies its parameters name.

use rand_distr::{Gamma, LogNormal};

use crate::{
    calendar::{DAY, Seconds},
    draw::{Draws, Purpose},
    error::SynthError,
    population::Resident,
};

/// Days from exposure to infectiousness: mean, standard deviation. Lauer SA et al., Ann Intern Med 2020;172:577-582,
/// doi:10.7326/M20-0504, less the next.
const LATENT_DAYS: (f64, f64) = (4.5, 1.5);
/// Days from infectiousness to symptoms. Linton NM et al., J Clin Med 2020;9:538, doi:10.3390/jcm9020538.
const PRESYMPTOMATIC_DAYS: (f64, f64) = (1.1, 0.9);
/// Days from symptoms, or from infectiousness without any, to recovery. Wölfel R et al., Nature 2020;581:465-469,
/// doi:10.1038/s41586-020-2196-x. Severe courses are left out.
const INFECTIOUS_DAYS: (f64, f64) = (8.0, 2.0);
/// Shape of the gamma distribution of infectiousness between people; its mean is 1. Most infect nobody, few infect many.
const INFECTIOUSNESS_SHAPE: f64 = 0.45;
/// In the first part of the infectious time, at most so many days, people are twice as infectious as later.
const EARLY_SHARE: f64 = 0.3;
const EARLY_DAYS_MAX: f64 = 4.0;
const EARLY_OVER_LATE: f64 = 2.0;
/// Share with symptoms, by age in decades. Davies NG et al., Nat Med 2020;26:1205-1211, doi:10.1038/s41591-020-0962-9, scaled.
const SYMPTOMATIC: [f64; 9] = [0.50, 0.55, 0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90];
/// Susceptibility against that of adults, by age in decades. Zhang J et al., Science 2020;368:1481-1486,
/// doi:10.1126/science.abb8001.
const SUSCEPTIBILITY: [f64; 9] = [0.34, 0.67, 1.0, 1.0, 1.0, 1.0, 1.24, 1.47, 1.47];
/// Nobody is infectious earlier than a day after exposure: a day's meetings then depend on earlier days only.
const LATENT_MIN: Seconds = DAY;

/// Where somebody was infected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Before the first day.
    Start,
    /// At home.
    Household,
    /// In a class.
    School,
    /// In a team at work.
    Work,
    /// At any other venue.
    Community,
    /// In a vehicle, on a journey.
    Transport,
    /// In another region.
    Abroad,
}

impl Layer {
    /// The word in the table of the truth.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Layer::Start => "seed_infection",
            Layer::Household => "h",
            Layer::School => "s",
            Layer::Work => "w",
            Layer::Community => "c",
            Layer::Transport => "t",
            Layer::Abroad => "abroad",
        }
    }
}

/// An infection, as nobody in the city knows it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Infection {
    pub(crate) resident: Resident,
    pub(crate) exposed: Seconds,
    pub(crate) infectious: Seconds,
    /// First symptom; `None` for an infection without any.
    pub(crate) symptomatic: Option<Seconds>,
    /// End of infectiousness and of symptoms.
    pub(crate) ended: Seconds,
    pub(crate) infected_by: Option<u32>,
    pub(crate) layer: Layer,
    /// Infectiousness against the mean.
    infectiousness: f64,
}

impl Infection {
    /// Infectiousness at an instant, against the mean over people and time; 0 before and after.
    pub(crate) fn infectiousness(&self, at: Seconds) -> f64 {
        if at < self.infectious || at >= self.ended {
            return 0.0;
        }
        let whole = (self.ended - self.infectious) as f64;
        let early = (EARLY_SHARE * whole).min(EARLY_DAYS_MAX * DAY as f64);
        // Late infectiousness that makes the mean over the whole time 1.
        let late = whole / (whole + (EARLY_OVER_LATE - 1.0) * early);
        let is_early = ((at - self.infectious) as f64) < early;
        self.infectiousness * if is_early { late * EARLY_OVER_LATE } else { late }
    }
}

/// Draws courses of infections.
#[derive(Debug, Clone)]
pub(crate) struct Courses {
    seed: u64,
    latent: LogNormal<f64>,
    presymptomatic: LogNormal<f64>,
    infectious: LogNormal<f64>,
    infectiousness: Gamma<f64>,
}

impl Courses {
    pub(crate) fn new(seed: u64) -> Result<Self, SynthError> {
        let invalid = "course";
        let days = |(mean, deviation): (f64, f64)| {
            LogNormal::from_mean_cv(mean, deviation / mean).map_err(SynthError::invalid(invalid))
        };
        Ok(Courses {
            seed,
            latent: days(LATENT_DAYS)?,
            presymptomatic: days(PRESYMPTOMATIC_DAYS)?,
            infectious: days(INFECTIOUS_DAYS)?,
            infectiousness: Gamma::new(INFECTIOUSNESS_SHAPE, 1.0 / INFECTIOUSNESS_SHAPE)
                .map_err(SynthError::invalid(invalid))?,
        })
    }

    /// The course of an infection of a person; nobody has more than one.
    pub(crate) fn draw(
        &self,
        resident: Resident,
        exposed: Seconds,
        infected_by: Option<u32>,
        layer: Layer,
    ) -> Infection {
        let mut draws = Draws::new(self.seed, Purpose::Course, u64::from(resident.person), 0);
        let mut seconds = |days: &LogNormal<f64>| (draws.from(days) * DAY as f64) as Seconds;
        let infectious = exposed + seconds(&self.latent).max(LATENT_MIN);
        let presymptomatic = seconds(&self.presymptomatic);
        let lasts = seconds(&self.infectious).max(DAY);
        let infectiousness = draws.from(&self.infectiousness);
        let falls_ill = draws.happens(by_decade(&SYMPTOMATIC, resident.age));
        let symptomatic = falls_ill.then_some(infectious + presymptomatic);
        let ended = symptomatic.unwrap_or(infectious) + lasts;
        Infection { resident, exposed, infectious, symptomatic, ended, infected_by, layer, infectiousness }
    }
}

/// Susceptibility at an age, against that of adults.
pub(crate) fn susceptibility(age: u8) -> f64 {
    by_decade(&SUSCEPTIBILITY, age)
}

fn by_decade(shares: &[f64; 9], age: u8) -> f64 {
    shares.get(usize::from(age / 10)).or(shares.last()).copied().unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn infections() -> Vec<Infection> {
        let courses = Courses::new(1).unwrap();
        (0..20_000)
            .map(|person| {
                let resident =
                    Resident { person, household: person, household_people: 1, age: 45, female: true };
                courses.draw(resident, 0, None, Layer::Start)
            })
            .collect()
    }

    #[test]
    fn courses_have_the_published_means() {
        let infections = infections();
        let mean = |of: &dyn Fn(&Infection) -> Option<Seconds>| {
            let values: Vec<f64> =
                infections.iter().filter_map(|i| Some(of(i)? as f64 / DAY as f64)).collect();
            values.iter().sum::<f64>() / values.len() as f64
        };
        let latent = mean(&|i| Some(i.infectious));
        assert!((latent - 4.5).abs() < 0.05, "{latent}");
        let incubation = mean(&|i| i.symptomatic);
        assert!((incubation - 5.6).abs() < 0.07, "{incubation}");
        let ill = mean(&|i| Some(i.ended - i.symptomatic?));
        assert!((ill - 8.0).abs() < 0.07, "{ill}");
        let symptomatic = infections.iter().filter(|i| i.symptomatic.is_some()).count();
        assert!((13_700..14_300).contains(&symptomatic), "{symptomatic}");
        assert!(infections.iter().all(|i| i.infectious >= DAY && i.ended > i.infectious));
    }

    #[test]
    fn infectiousness_is_one_on_average_and_very_uneven() {
        let infections = infections();
        let mut forces: Vec<f64> = infections.iter().map(|i| i.infectiousness).collect();
        let sum: f64 = forces.iter().sum();
        assert!((sum / 20_000.0 - 1.0).abs() < 0.05, "{sum}");
        forces.sort_by(f64::total_cmp);
        let top: f64 = forces.iter().rev().take(4000).sum();
        assert!(top / sum > 0.6, "a fifth holds {}", top / sum);
        let one = &infections[0];
        let hours = (one.ended - one.infectious) / 3600;
        let mean =
            (0..hours).map(|h| one.infectiousness(one.infectious + h * 3600)).sum::<f64>() / hours as f64;
        assert!((mean / one.infectiousness - 1.0).abs() < 0.02, "{mean} {}", one.infectiousness);
        assert_eq!(one.infectiousness(one.infectious - 1), 0.0);
        assert_eq!(one.infectiousness(one.ended), 0.0);
    }
}
