//! A phone holds a pass for every hour, so that two scans more than an hour apart share nothing.

use jiff::{SignedDuration, Timestamp};

use crate::claims::LIFETIME_MAX;

/// How long the pass of an hour stays valid behind the hour, so that a slow clock does not shut a door.
pub const HOUR_GRACE: SignedDuration = SignedDuration::from_mins(5);

const HOUR_SECONDS: i64 = 3_600;

/// When one pass of a batch is shown, and how long it is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hour {
    /// From here on the phone shows this pass; its `iat`.
    pub start: Timestamp,
    /// From here on the phone shows the next one.
    pub end: Timestamp,
    /// Its `exp`: [`HOUR_GRACE`] behind the end, and never behind the instant at which the level may change.
    pub expires: Timestamp,
}

/// The hours of a batch made at `now` for somebody whose level holds until `changes_at`, at most 24.
///
/// All of them begin and end on whole hours (of Unix time), whoever they are for: times that nobody else has would
/// tie a person's passes together. Only the last may be cut short by `changes_at`.
#[must_use]
pub fn hours(now: Timestamp, changes_at: Option<Timestamp>) -> Vec<Hour> {
    let first = now.as_second() - now.as_second().rem_euclid(HOUR_SECONDS);
    let until =
        changes_at.unwrap_or(Timestamp::MAX).min(now.saturating_add(LIFETIME_MAX).unwrap_or(Timestamp::MAX));
    let hour = |index: i64| {
        let start = Timestamp::from_second(first + index * HOUR_SECONDS).ok()?;
        let end = start.checked_add(SignedDuration::from_secs(HOUR_SECONDS)).ok()?;
        let expires = end.checked_add(HOUR_GRACE).ok()?;
        (start < until && now < until).then_some(Hour {
            start,
            end: end.min(until),
            expires: expires.min(until),
        })
    };
    (0..24).map_while(hour).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_a_pass_for_every_hour() {
        let now: Timestamp = "2026-11-23T08:20:30Z".parse().unwrap();
        let all = hours(now, None);
        assert_eq!(all.len(), 24);
        assert_eq!(all[0].start.to_string(), "2026-11-23T08:00:00Z");
        assert_eq!(all[0].expires.to_string(), "2026-11-23T09:05:00Z");
        for pair in all.windows(2) {
            assert_eq!(pair[0].end, pair[1].start, "no gap, and no two at once");
        }
        assert!(all.iter().all(|hour| hour.expires <= now + LIFETIME_MAX));
    }

    #[test]
    fn no_pass_outlives_the_level() {
        let now: Timestamp = "2026-11-23T08:20:00Z".parse().unwrap();
        let changes: Timestamp = "2026-11-23T10:02:00Z".parse().unwrap();
        let all = hours(now, Some(changes));
        assert_eq!(all.len(), 3);
        assert!(all.iter().all(|hour| hour.expires <= changes && hour.end <= changes));
        assert!(hours(now, Some(now)).is_empty());
    }

    #[test]
    fn the_end_of_time_is_no_panic() {
        assert!(hours(Timestamp::MAX, None).len() <= 1);
        assert!(hours(Timestamp::MIN, None).len() <= 24);
    }
}
