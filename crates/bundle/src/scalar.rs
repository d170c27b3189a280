//! Reads instants and numbers from text.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    fmt::temporal::DateTimeParser,
};

/// How a column's text is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum TextFormat {
    /// The bundle's own: RFC 3339, numbers with a point.
    #[default]
    Plain,
    /// Instants by a strptime pattern that holds an offset.
    Pattern(String),
    /// Numbers with another decimal character, or with characters between groups of digits.
    Number {
        /// Stands where the decimal point stands.
        decimal: char,
        /// Stands between groups of digits.
        group: Option<char>,
    },
}

static PARSER: DateTimeParser = DateTimeParser::new();

/// Reads an instant as RFC 3339 with an offset from UTC, to the microsecond.
pub(crate) fn instant(text: &str) -> Result<Timestamp, String> {
    if let Some(instant) = plain_instant(text) {
        return Ok(instant);
    }
    if text.contains('[') || text.get(17..19) == Some("60") {
        return Err(not_a_time());
    }
    match PARSER.parse_timestamp(text) {
        Ok(instant) => whole_microseconds(instant),
        Err(_) if text.parse::<Date>().is_ok() && !text.contains([':', ' ', 'T', 't']) => Err(format!(
            "is a day, not an instant; write the time and the offset from UTC too, such as {text}T09:30:00+08:00"
        )),
        Err(_) if text.parse::<DateTime>().is_ok() => Err(format!(
            "has no offset from UTC, so nobody can tell when it was; write it as {text}+08:00, or {text}Z for UTC"
        )),
        Err(_) => Err(not_a_time()),
    }
}

/// The usual form `2020-02-14T09:30:00+08:00` (or `Z`), read without a general parser: a table has hundreds of
/// millions of them. Anything unusual is `None` and left to the general parser.
fn plain_instant(text: &str) -> Option<Timestamp> {
    let bytes: &[u8] = text.as_bytes();
    let (head, zone) = bytes.split_first_chunk::<19>()?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2] = *head else {
        return None;
    };
    let two = |tens: u8, ones: u8| {
        let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
        (tens < 10 && ones < 10).then_some(i64::from(tens) * 10 + i64::from(ones))
    };
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    let (month, day) = (two(m1, m2)?, two(d1, d2)?);
    let (hour, minute, second) = (two(h1, h2)?, two(n1, n2)?, two(s1, s2)?);
    let offset_minutes = match *zone {
        [b'Z'] => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (two(h1, h2)?, two(m1, m2)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            if sign == b'+' { hours * 60 + minutes } else { -(hours * 60 + minutes) }
        }
        _ => return None,
    };
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let date =
        Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let seconds = days_from_epoch(date) * 86_400 + hour * 3_600 + (minute - offset_minutes) * 60 + second;
    Timestamp::from_second(seconds).ok()
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar: `days_from_civil` of
/// <https://howardhinnant.github.io/date_algorithms.html>, for years from 0 to 9999.
fn days_from_epoch(date: Date) -> i64 {
    let (month, day) = (i64::from(date.month()), i64::from(date.day()));
    let year = i64::from(date.year()) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn not_a_time() -> String {
    "is not a time; write RFC 3339 with an offset from UTC, such as 2020-02-14T09:30:00+08:00".to_owned()
}

/// Reads an instant by a strptime pattern that holds an offset.
pub(crate) fn instant_by(pattern: &str, text: &str) -> Result<Timestamp, String> {
    jiff::fmt::strtime::parse(pattern, text)
        .and_then(|parts| parts.to_timestamp())
        .map_err(|_| format!("does not fit the format `{pattern}` that datapackage.json gives this column"))
        .and_then(whole_microseconds)
}

/// Refuses what instants cannot hold: they are kept to the microsecond, and rounding would change the record.
pub(crate) fn whole_microseconds(instant: Timestamp) -> Result<Timestamp, String> {
    if instant.subsec_nanosecond() % 1_000 == 0 {
        Ok(instant)
    } else {
        Err("is finer than a microsecond, and times are not rounded here; write at most six decimal places \
             of a second"
            .to_owned())
    }
}

/// Reads a whole number.
pub(crate) fn integer(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| "is not a whole number; write digits only".to_owned())
}

/// Reads a number with a decimal point.
pub(crate) fn decimal(text: &str) -> Result<f64, String> {
    let number: f64 =
        text.parse().map_err(|_| "is not a number; write digits with a point, such as 36.6".to_owned())?;
    finite(number)
}

/// Refuses infinities and what is not a number.
pub(crate) fn finite(number: f64) -> Result<f64, String> {
    if number.is_finite() {
        Ok(number)
    } else {
        Err("is not a finite number; leave the cell empty where nothing was measured".to_owned())
    }
}

/// A number as its column writes it, in the plain form.
pub(crate) fn plain_number(text: &str, decimal: char, group: Option<char>) -> Result<String, String> {
    if decimal != '.' && text.contains('.') && group != Some('.') {
        return Err(format!(
            "has a point where datapackage.json says that `{decimal}` is the decimal character"
        ));
    }
    Ok(text.chars().filter(|c| Some(*c) != group).map(|c| if c == decimal { '.' } else { c }).collect())
}
