//! What a synthetic city is to be like.

use std::fmt;

use bundle::Format;
use evidence::Position;
use jiff::civil::{Date, date};

use crate::error::OptionsError;

/// What a synthetic city is to be like. The same options give the same bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// How many people live there, 1 to 2,147,483,648.
    pub people: u64,
    /// How many days are simulated, 1 to 366.
    pub days: u64,
    /// Where random numbers start; any number.
    pub seed: u64,
    /// The format of the tables.
    pub format: Format,
    /// The first day, from 2000-01-01 to 2099-12-31. The city's clocks are 8 hours ahead of UTC all year.
    pub start: Date,
    /// The middle of the city: latitude −80 to 80 degrees, longitude −170 to 170 degrees.
    pub centre: Position,
    /// How many venues there are, 12 to 134,217,728; by default one for 19 people, so that 7.6 million have 400,000.
    pub venues: Option<u64>,
    /// How many people are infected when the first day begins, 0 to `people`; by default one for 20,000 people and at
    /// least ten, for one alone often infects nobody.
    pub infected_at_start: Option<u64>,
    /// How many times as infectious as by default a contact is, 0 to 100. At 1 a case infects about 2.5 others where
    /// nothing is done.
    pub transmissibility: f64,
    /// Share of visits of which nobody recorded the end, 0 to 1; none by default.
    pub forgotten_checkouts: f64,
}

impl Options {
    /// Latitude and longitude of the middle of the city unless said otherwise: Hangzhou's.
    pub const CENTRE: (f64, f64) = (30.25, 120.16);

    /// A city with everything else by default: CSV, from 20 January 2020, at [`Options::CENTRE`].
    ///
    /// # Errors
    /// [`OptionsError`] never in practice: the default centre is a point on Earth.
    pub fn new(people: u64, days: u64, seed: u64) -> Result<Self, OptionsError> {
        let (latitude, longitude) = Options::CENTRE;
        Ok(Options {
            people,
            days,
            seed,
            format: Format::Csv,
            start: date(2020, 1, 20),
            centre: Position::new(latitude, longitude)?,
            venues: None,
            infected_at_start: None,
            transmissibility: 1.0,
            forgotten_checkouts: 0.0,
        })
    }

    /// Checks every option.
    ///
    /// # Errors
    /// [`OptionsError::OutOfRange`] with the first one outside its range.
    pub fn check(&self) -> Result<(), OptionsError> {
        in_range("people", self.people, 1, 1 << 31)?;
        in_range("days", self.days, 1, 366)?;
        in_range("start", self.start, date(2000, 1, 1), date(2099, 12, 31))?;
        in_range("centre latitude", self.centre.latitude(), -80.0, 80.0)?;
        in_range("centre longitude", self.centre.longitude(), -170.0, 170.0)?;
        in_range("venues", self.venue_count(), 12, 1 << 27)?;
        in_range("infected at start", self.infected(), 0, self.people)?;
        in_range("transmissibility", self.transmissibility, 0.0, 100.0)?;
        in_range("forgotten checkouts", self.forgotten_checkouts, 0.0, 1.0)
    }

    /// How many venues there are.
    pub(crate) fn venue_count(&self) -> u64 {
        self.venues.unwrap_or_else(|| (self.people / 19).max(12))
    }

    /// How many people are infected when the first day begins.
    pub(crate) fn infected(&self) -> u64 {
        self.infected_at_start.unwrap_or_else(|| (self.people / 20_000).max(10).min(self.people))
    }
}

fn in_range<T: PartialOrd + fmt::Display>(
    option: &'static str,
    value: T,
    min: T,
    max: T,
) -> Result<(), OptionsError> {
    if value >= min && value <= max {
        return Ok(());
    }
    let (value, min, max) = (value.to_string(), min.to_string(), max.to_string());
    Err(OptionsError::OutOfRange { option, value, min, max })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> Options {
        Options::new(1000, 14, 1).unwrap()
    }

    #[test]
    fn the_defaults_of_a_great_city_are_those_of_the_benchmark() {
        let options = Options::new(7_600_000, 14, 1).unwrap();
        assert_eq!(options.check(), Ok(()));
        assert_eq!(options.venue_count(), 400_000);
    }

    #[test]
    fn an_option_outside_its_range_is_named_with_its_range() {
        let cases = [
            (Options { people: 0, ..options() }, "people must lie between 1 and 2147483648; it is 0"),
            (
                Options { people: (1 << 31) + 1, ..options() },
                "people must lie between 1 and 2147483648; it is 2147483649",
            ),
            (Options { days: 0, ..options() }, "days must lie between 1 and 366; it is 0"),
            (Options { days: 367, ..options() }, "days must lie between 1 and 366; it is 367"),
            (
                Options { start: date(1999, 12, 31), ..options() },
                "start must lie between 2000-01-01 and 2099-12-31; it is 1999-12-31",
            ),
            (
                Options { centre: Position::new(85.0, 0.0).unwrap(), ..options() },
                "centre latitude must lie between -80 and 80; it is 85",
            ),
            (Options { venues: Some(3), ..options() }, "venues must lie between 12 and 134217728; it is 3"),
            (
                Options { infected_at_start: Some(1001), ..options() },
                "infected at start must lie between 0 and 1000; it is 1001",
            ),
            (
                Options { transmissibility: f64::NAN, ..options() },
                "transmissibility must lie between 0 and 100; it is NaN",
            ),
            (
                Options { forgotten_checkouts: 1.5, ..options() },
                "forgotten checkouts must lie between 0 and 1; it is 1.5",
            ),
        ];
        for (options, message) in cases {
            assert_eq!(options.check().unwrap_err().to_string(), message);
        }
    }
}
