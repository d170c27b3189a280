//! Many rows as one JSON text, a list of lists; bytes in hexadecimal digits, times in microseconds since 1970.

use data_encoding::HEXLOWER;
use jiff::{Timestamp, civil::Date};
use serde_json::{Value, json};

use crate::{
    day_key::Pseudonym,
    record::Record,
    visit::{DayVisit, VenueSpan},
};

fn list<T>(rows: &[T], row: impl FnMut(&T) -> Value) -> String {
    Value::Array(rows.iter().map(row).collect()).to_string()
}

fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

/// Kind, id, person, state, lookup, due, keep until, filed, version, and where the body begins among the bodies, from 1 on, and how
/// long it is; beside them the bodies, one after the other: a database that reads a row again for each of its fields reads no body.
#[must_use]
pub fn record_rows(records: &[Record]) -> (String, Vec<u8>) {
    let mut bodies = Vec::with_capacity(records.iter().map(|record| record.body.len()).sum());
    let row = |record: &Record| {
        let from = bodies.len() + 1;
        bodies.extend_from_slice(&record.body);
        json!([
            record.kind,
            record.id.as_str(),
            record.person.as_ref().map(|person| person.as_str()),
            record.state,
            record.lookup.as_deref().map(hex),
            record.due.map(Timestamp::as_microsecond),
            record.keep_until.map(Timestamp::as_microsecond),
            record.filed.as_microsecond(),
            record.version,
            from,
            record.body.len(),
        ])
    };
    (list(records, row), bodies)
}

/// Kind, id, version.
#[must_use]
pub fn removal_rows(records: &[Record]) -> String {
    list(records, |record| json!([record.kind, record.id.as_str(), record.version]))
}

/// One text each.
#[must_use]
pub fn text_rows<T: AsRef<str>>(texts: &[T]) -> String {
    list(texts, |text| json!([text.as_ref()]))
}

/// Name, sealed key.
#[must_use]
pub fn key_rows(keys: &[(String, Vec<u8>)]) -> String {
    list(keys, |(name, sealed)| json!([name, hex(sealed)]))
}

/// Id, day, pseudonym, venue, entered, left.
#[must_use]
pub fn visit_rows(visits: &[DayVisit]) -> String {
    list(visits, |visit| {
        json!([
            visit.id.as_str(),
            visit.day.to_string(),
            hex(&visit.pseudonym.0),
            visit.venue.as_str(),
            visit.entered.as_microsecond(),
            visit.left.map(Timestamp::as_microsecond),
        ])
    })
}

/// Day, pseudonym.
#[must_use]
pub fn visitor_rows(visitors: &[(Date, Pseudonym)]) -> String {
    list(visitors, |(day, pseudonym)| json!([day.to_string(), hex(&pseudonym.0)]))
}

/// Day, venue, from, to.
#[must_use]
pub fn span_rows(spans: &[VenueSpan]) -> String {
    list(spans, |span| {
        json!([
            span.day.to_string(),
            span.venue.as_str(),
            span.from.as_microsecond(),
            span.to.as_microsecond(),
        ])
    })
}
