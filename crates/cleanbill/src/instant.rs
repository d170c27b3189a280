//! Instants and days as people type them.

use anyhow::{Context, bail};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// Reads an instant with its offset.
///
/// # Errors
/// When the text has no date, time and offset.
pub(crate) fn parse(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| {
        format!("`{text}` is not an instant; write date, time and offset, such as 2020-02-14T00:00:00+08:00")
    })
}

/// A range of civil days, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Days {
    from: Date,
    to: Date,
}

impl Days {
    /// Most days in a range: ten years.
    const COUNT_MAX: i32 = 3_653;

    /// Reads `2020-01-20..2020-03-04`.
    ///
    /// # Errors
    /// When either is not a date, or the second is before the first, or they are more than ten years apart.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let form =
            || format!("`{text}` is not a range of days; write 2020-01-20..2020-03-04 (both included)");
        let (from, to) = text.split_once("..").ok_or_else(form)?;
        let date = |text: &str| text.trim().parse::<Date>().map_err(|_| form());
        let days = Days { from: date(from)?, to: date(to)? };
        let count = days.from.until(days.to).map_err(|_| form())?.get_days();
        match count {
            ..0 => Err(format!("`{text}`: the last day is before the first")),
            0..Self::COUNT_MAX => Ok(days),
            _ => Err(format!("`{text}`: more than {} days", Self::COUNT_MAX)),
        }
    }

    /// The local midnights at which the days begin, in a zone.
    ///
    /// # Errors
    /// When a day has no midnight that a computer can name.
    pub(crate) fn midnights(&self, zone: &TimeZone) -> anyhow::Result<Vec<Timestamp>> {
        let mut midnights = Vec::new();
        let mut day = self.from;
        while day <= self.to {
            let midnight = day.to_zoned_datetime(zone.clone()).context("a day without a midnight")?;
            midnights.push(midnight.timestamp());
            match day.tomorrow() {
                Ok(next) => day = next,
                Err(_) => bail!("{day} is the last day there is"),
            }
        }
        Ok(midnights)
    }
}

/// Reads the name of a time zone.
///
/// # Errors
/// When there is no such zone.
pub(crate) fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name)
        .map_err(|_| format!("`{name}` is not a time zone; write an IANA name such as Asia/Shanghai"))
}

/// Writes an instant as RFC 3339 with the offset that a zone has then.
pub(crate) fn print(at: Timestamp, zone: &TimeZone) -> String {
    at.display_with_offset(zone.to_offset(at)).to_string()
}
