//! Years of birth from ages, as line lists record them.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

/// Length of a year in the Gregorian calendar, in seconds: 365.2425 days.
const YEAR_SECONDS: f64 = 365.2425 * 86_400.0;

/// The year of birth of somebody whose age in years was asked on a day.
///
/// A whole age does not say whether the birthday had passed: the year is right for those for whom it had, and one year
/// late for the others. An age with a fraction, as infants' are written, is reckoned back exactly.
///
/// # Errors
/// A sentence where the text is no number from 0 to 130.
pub(crate) fn birth_year(age: &str, asked: Timestamp, zone: &TimeZone) -> Result<i64, String> {
    let years = match age.parse::<f64>() {
        Ok(years) if (0.0..=130.0).contains(&years) => years,
        _ => return Err("is not an age; write years from 0 to 130, or leave it empty".to_owned()),
    };
    let whole_years_back = years.trunc() as i64;
    if years.fract() == 0.0 {
        return Ok(i64::from(zone.to_datetime(asked).year()) - whole_years_back);
    }
    let back = SignedDuration::from_secs((years * YEAR_SECONDS) as i64);
    let born = asked.checked_sub(back).map_err(|_| "lies before the year -9999".to_owned())?;
    Ok(i64::from(zone.to_datetime(born).year()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_of_birth_is_the_year_of_asking_less_the_age() {
        let asked = "2020-03-01T00:00:00Z".parse().unwrap();
        let of = |age| birth_year(age, asked, &TimeZone::UTC);
        assert_eq!(of("68"), Ok(1952));
        assert_eq!(of("0"), Ok(2020));
        assert_eq!(of("0.1"), Ok(2020));
        assert_eq!(of("0.916666666666667"), Ok(2019));
        assert_eq!(of("1.5"), Ok(2018));
        for not_an_age in ["-1", "131", "NaN", "old", ""] {
            assert!(of(not_an_age).is_err(), "{not_an_age}");
        }
    }

    #[test]
    fn the_year_is_that_of_the_zone() {
        let asked = "2019-12-31T20:00:00Z".parse().unwrap();
        assert_eq!(birth_year("10", asked, &TimeZone::get("Asia/Seoul").unwrap()), Ok(2010));
    }
}
