//! Instants at which clocks do awkward things.

use std::ops::Range;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use proptest::prelude::*;

/// A zone and the day on which everything begins.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// The zone.
    pub zone: TimeZone,
    /// Day 0.
    pub first: Date,
}

impl Calendar {
    fn at(&self, day: i16, minute: i16) -> Timestamp {
        let midnight = self.first.at(0, 0, 0, 0);
        let civil = midnight + SignedDuration::from_mins(i64::from(day) * 24 * 60 + i64::from(minute));
        self.zone.to_timestamp(civil).unwrap()
    }
}

/// A zone without summer time, one with, one whose clocks change at midnight, one half an hour off; in the weeks in
/// which the clocks of the northern hemisphere change.
pub fn calendar() -> impl Strategy<Value = Calendar> {
    let zones = vec!["Asia/Shanghai", "Europe/Berlin", "Asia/Beirut", "Asia/Kolkata"];
    let days = vec![Date::constant(2020, 3, 15), Date::constant(2020, 10, 12)];
    (prop::sample::select(zones), prop::sample::select(days))
        .prop_map(|(zone, first)| Calendar { zone: TimeZone::get(zone).unwrap(), first })
}

/// A moment on one of the days: mostly at one of a few hours, so that moments coincide, often at midnight, and now
/// and then a microsecond off.
pub fn moment(calendar: &Calendar, days: Range<i16>) -> impl Strategy<Value = Timestamp> + Clone + use<> {
    let calendar = calendar.clone();
    let minute = prop_oneof![
        3 => prop::sample::select(vec![8 * 60, 12 * 60, 20 * 60]),
        2 => Just(0_i16),
        1 => 0..24 * 60_i16,
    ];
    let nudge = prop_oneof![8 => Just(0_i64), 1 => Just(-1), 1 => Just(1)];
    (days, minute, nudge)
        .prop_map(move |(day, minute, nudge)| calendar.at(day, minute) + SignedDuration::from_micros(nudge))
}
