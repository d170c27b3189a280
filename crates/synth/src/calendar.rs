//! The city's days and clocks. Inside this crate an instant is a number of seconds since the first midnight.

use jiff::{
    Timestamp,
    civil::Date,
    tz::{Offset, TimeZone},
};

use crate::error::SynthError;

/// Seconds since the first midnight.
pub(crate) type Seconds = i64;

/// Seconds of an hour.
pub(crate) const HOUR: Seconds = 3600;
/// Seconds of a day.
pub(crate) const DAY: Seconds = 24 * HOUR;
/// Hours by which the city's clocks are ahead of UTC, all year.
const HOURS_AHEAD: i8 = 8;

/// The days that are simulated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Calendar {
    start: Date,
    first_midnight: i64,
    days: u32,
}

impl Calendar {
    /// So many days from a date.
    pub(crate) fn new(start: Date, days: u32) -> Result<Self, SynthError> {
        let first_midnight = start.to_zoned_datetime(Calendar::zone())?.timestamp().as_second();
        Ok(Calendar { start, first_midnight, days })
    }

    /// The city's time zone.
    pub(crate) fn zone() -> TimeZone {
        TimeZone::fixed(Offset::constant(HOURS_AHEAD))
    }

    /// How many days there are.
    pub(crate) fn days(&self) -> u32 {
        self.days
    }

    /// The end of the last day: nothing later is known.
    pub(crate) fn end(&self) -> Seconds {
        i64::from(self.days) * DAY
    }

    /// The day of the week of the first day, Monday 0.
    pub(crate) fn first_weekday(&self) -> u32 {
        self.start.weekday().to_monday_zero_offset().unsigned_abs().into()
    }

    /// The date of a day.
    pub(crate) fn date(&self, day: i64) -> Result<Date, SynthError> {
        Ok(self.start.checked_add(jiff::Span::new().try_days(day)?)?)
    }

    /// The instant.
    pub(crate) fn instant(&self, at: Seconds) -> Result<Timestamp, SynthError> {
        Ok(Timestamp::from_second(self.first_midnight + at)?)
    }

    /// An instant as text, RFC 3339 with the city's offset.
    pub(crate) fn text(&self, at: Seconds) -> Result<String, SynthError> {
        Ok(self.instant(at)?.display_with_offset(Offset::constant(HOURS_AHEAD)).to_string())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn seconds_count_from_local_midnight() {
        let calendar = Calendar::new(date(2020, 1, 20), 14).unwrap();
        assert_eq!(calendar.text(0).unwrap(), "2020-01-20T00:00:00+08:00");
        assert_eq!(calendar.text(DAY + 9 * HOUR).unwrap(), "2020-01-21T09:00:00+08:00");
        assert_eq!(calendar.first_weekday(), 0);
        assert_eq!(calendar.date(-1).unwrap(), date(2020, 1, 19));
        assert_eq!(calendar.end(), 14 * DAY);
    }
}
