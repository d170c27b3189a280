//! What people tell of themselves beside their name: none of it is needed, and no rule may rest on it.

use evidence::{BirthYear, PersonId, Sex};
use jiff::{SignedDuration, Timestamp, civil::Time, tz::TimeZone};
use pass::Birthday;
use rating::Language;
use serde::{Deserialize, Serialize};

use crate::{desk::Desk, error::OfficeError};

/// Longest quiet hours: people must be reachable for eight hours of the day.
const QUIET_MAX: SignedDuration = SignedDuration::from_hours(16);

/// What a person told of themselves. Personal data.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Particulars {
    /// Year of birth, for age bands in published figures.
    pub birth_year: Option<BirthYear>,
    /// Sex as registered, for the parity report.
    pub sex: Option<Sex>,
    /// Day and month of birth, as a pass says it beside the initials.
    pub birthday: Option<Birthday>,
    /// The language they are written to in.
    pub language: Option<Language>,
    /// When they are not to be written to or called.
    pub quiet: QuietHours,
}

/// Hours of the day, of the office's time zone, in which a person is neither written to nor called (R22). They may go over
/// midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// Their beginning.
    pub from: Time,
    /// Their end.
    pub to: Time,
}

impl Default for QuietHours {
    /// From ten in the evening to seven in the morning.
    fn default() -> Self {
        QuietHours { from: Time::constant(22, 0, 0, 0), to: Time::constant(7, 0, 0, 0) }
    }
}

impl Particulars {
    pub(crate) fn check(&self) -> Result<(), OfficeError> {
        if self.quiet.length() > QUIET_MAX {
            return Err(OfficeError::refused(
                "quiet hours last 16 hours at most",
                "leave eight hours of the day in which you can be told what matters",
            ));
        }
        Ok(())
    }
}

impl QuietHours {
    fn length(self) -> SignedDuration {
        let length = self.to.duration_since(self.from);
        if length.is_negative() { length + SignedDuration::from_hours(24) } else { length }
    }

    /// The first instant, from one on, that is not in the quiet hours.
    #[must_use]
    pub fn end(self, at: Timestamp, zone: &TimeZone) -> Timestamp {
        let now = at.to_zoned_datetime(zone.clone());
        let time = now.time();
        let within = if self.from <= self.to {
            self.from <= time && time < self.to
        } else {
            self.from <= time || time < self.to
        };
        if !within {
            return at;
        }
        let day = if time < self.to { Ok(now.date()) } else { now.date().tomorrow() };
        let end = day.and_then(|day| day.to_datetime(self.to).to_zoned_datetime(zone.clone()));
        end.map_or(at, |end| end.timestamp().max(at))
    }
}

impl Desk<'_> {
    /// When a person may be told something that came up now.
    pub(crate) async fn not_before(&mut self, person: &PersonId) -> Result<Timestamp, OfficeError> {
        let quiet = self.resident(person).await?.map(|of| of.what.particulars.quiet).unwrap_or_default();
        Ok(quiet.end(self.at, &self.office.zone))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_end_in_the_morning_of_the_same_or_the_next_day() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let night = QuietHours::default();
        for (now, end) in [
            ("2020-02-12T21:59:00+08:00", "2020-02-12T21:59:00+08:00"),
            ("2020-02-12T22:00:00+08:00", "2020-02-13T07:00:00+08:00"),
            ("2020-02-13T03:00:00+08:00", "2020-02-13T07:00:00+08:00"),
            ("2020-02-13T07:00:00+08:00", "2020-02-13T07:00:00+08:00"),
        ] {
            assert_eq!(night.end(at(now), &zone), at(end), "{now}");
        }
        let nap = QuietHours { from: Time::constant(13, 0, 0, 0), to: Time::constant(14, 30, 0, 0) };
        let end = nap.end(at("2020-02-12T13:10:00+08:00"), &zone);
        assert_eq!(end, at("2020-02-12T14:30:00+08:00"));
        assert_eq!(nap.end(at("2020-02-12T12:10:00+08:00"), &zone), at("2020-02-12T12:10:00+08:00"));
    }

    #[test]
    fn quiet_hours_leave_time_to_be_reached() {
        let quiet = QuietHours { from: Time::constant(12, 0, 0, 0), to: Time::constant(11, 0, 0, 0) };
        assert!(Particulars { quiet, ..Particulars::default() }.check().is_err());
        Particulars::default().check().unwrap();
    }
}
