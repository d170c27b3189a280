//! Times of other systems, which often name no zone: read as civil times of a zone that the user gives.

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    fmt::strtime,
    tz::TimeZone,
};

use crate::scalar::whole_microseconds;

/// Reads an instant. With an offset it is taken as written; a day without a time is its first moment in the zone; a
/// civil time is one of the zone. `format` is a strptime pattern; without one ISO 8601 is read.
pub(crate) fn instant(text: &str, format: Option<&str>, zone: &TimeZone) -> Result<Timestamp, String> {
    let instant = match format {
        Some(format) => by_format(text, format, zone)?,
        None => by_iso(text, zone)?,
    };
    whole_microseconds(instant)
}

fn by_iso(text: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant);
    }
    let day_only = !text.contains([':', 'T', 't', ' ']);
    match (text.parse::<Date>(), text.parse::<DateTime>()) {
        (Ok(date), _) if day_only => start_of_day(date, zone),
        (_, Ok(civil)) => of_zone(civil, zone),
        _ => Err(
            "is not a date; write it as 2015-05-20, or give its `format` in the mapping, such as `%d.%m.%Y`"
                .to_owned(),
        ),
    }
}

fn by_format(text: &str, format: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    let parts = strtime::parse(format, text).map_err(|_| format!("does not fit the format `{format}`"))?;
    if let Ok(instant) = parts.to_timestamp() {
        return Ok(instant);
    }
    if let Ok(civil) = parts.to_datetime() {
        // A format without a time gives midnight; the first moment of a day need not be midnight.
        return if civil.time() == Time::midnight() {
            start_of_day(civil.date(), zone)
        } else {
            of_zone(civil, zone)
        };
    }
    parts
        .to_date()
        .map_err(|_| format!("gives no day by the format `{format}`"))
        .and_then(|date| start_of_day(date, zone))
}

/// The first moment of a day in a zone: midnight, or later where clocks skip midnight.
fn start_of_day(date: Date, zone: &TimeZone) -> Result<Timestamp, String> {
    let midnight = date.to_datetime(Time::midnight());
    zone.to_ambiguous_timestamp(midnight)
        .compatible()
        .map_err(|_| "lies outside the years -9999 to 9999".to_owned())
}

fn of_zone(civil: DateTime, zone: &TimeZone) -> Result<Timestamp, String> {
    zone.to_ambiguous_timestamp(civil).unambiguous().map_err(|_| {
        "happened twice or never in the time zone, because clocks were set there then; write its offset from UTC too".to_owned()
    })
}
