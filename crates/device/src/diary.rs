//! One's own diary of visits, matched on the phone with the notices an authority published.
//!
//! A notice says that somebody who could pass the disease on was at a venue, or close by, from … to …; it names nobody, and notices of one case
//! are not tied together, because where one person went would be seen by everyone. So a contact that only several meetings
//! together would make is not found here; the office finds it for those who checked in.

use contacts::{Known, Profile, VisitsBuilder, contacts};
use evidence::{About, Case, CaseId, CaseStatus, PersonId, Venue, VenueId, VenueKind, Visit};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::instant;

/// Whose diary it is. The name never leaves this file.
const OWNER: &str = "owner";
/// Most visits and notices that are looked at, far more than two weeks have.
const ROWS_MAX: usize = 100_000;

/// A visit of the phone's owner.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnVisit {
    venue: VenueId,
    kind: String,
    entered: Timestamp,
    left: Option<Timestamp>,
}

/// Somebody infectious was at a venue.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Notice {
    venue: VenueId,
    from: Timestamp,
    to: Timestamp,
}

/// What the owner is told.
#[derive(Serialize)]
struct Met {
    venue: VenueId,
    first: Timestamp,
    last: Timestamp,
    minutes: u32,
    /// Of people exposed so, the share found infected.
    probability: f64,
}

/// Matches a diary by the disease profile that the office uses.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Diary {
    profile: Profile,
}

fn rows<'a, T: Deserialize<'a>>(what: &str, json: &'a str) -> Result<Vec<T>, String> {
    let rows: Vec<T> = serde_json::from_str(json)
        .map_err(|error| format!("the {what} cannot be read: {error}; load the page again"))?;
    if rows.len() > ROWS_MAX {
        return Err(format!("there are {} {what}; at most {ROWS_MAX} are looked at", rows.len()));
    }
    Ok(rows)
}

#[wasm_bindgen]
impl Diary {
    /// A diary that is matched by a disease profile (TOML).
    ///
    /// # Errors
    /// The profile cannot be read.
    #[wasm_bindgen(constructor)]
    pub fn new(profile: &[u8]) -> Result<Diary, String> {
        Profile::parse(profile).map(|profile| Diary { profile }).map_err(|error| error.to_string())
    }

    /// The visits in which the owner was near a case, by the definition of crate `contacts`. Visits are `[{venue, kind, entered,
    /// left}]`, notices `[{venue, from, to}]`, the answer `[{venue, first, last, minutes, probability}]` in the order of time, all
    /// JSON with times in RFC 3339.
    ///
    /// # Errors
    /// Visits or notices cannot be read.
    pub fn matches(&self, visits: &str, notices: &str, at: f64) -> Result<String, String> {
        let at = instant(at)?;
        let mut met = Vec::new();
        let visits = rows::<OwnVisit>("visits", visits)?;
        for notice in rows::<Notice>("notices", notices)? {
            let mut there = visits.iter().filter(|visit| visit.venue == notice.venue).peekable();
            if there.peek().is_some() {
                met.extend(self.near(&notice, there, at)?);
            }
        }
        met.sort_by(|a, b| (a.first, &a.venue).cmp(&(b.first, &b.venue)));
        serde_json::to_string(&met).map_err(|error| error.to_string())
    }

    fn near<'v>(
        &self,
        notice: &Notice,
        own: impl Iterator<Item = &'v OwnVisit>,
        at: Timestamp,
    ) -> Result<Option<Met>, String> {
        let somebody = PersonId::new("somebody").map_err(|error| error.to_string())?;
        let owner = PersonId::new(OWNER).map_err(|error| error.to_string())?;
        let mut builder = VisitsBuilder::default();
        let mut venues = Vec::new();
        for visit in own {
            let kind = VenueKind::new(&visit.kind).map_err(|error| error.to_string())?;
            venues.push(Venue { venue: visit.venue.clone(), name: None, kind, position: None });
            let says = Visit { venue: visit.venue.clone(), entered: visit.entered, left: visit.left };
            builder.add(&About { person: owner.clone(), says });
        }
        venues.truncate(1);
        let says = Visit { venue: notice.venue.clone(), entered: notice.from, left: Some(notice.to) };
        builder.add(&About { person: somebody.clone(), says });
        let visits = builder.build(&venues).map_err(|error| error.to_string())?;
        // A case that is infectious just while the notice says so.
        let onset =
            notice.from.checked_add(self.profile.infectious_before).map_err(|error| error.to_string())?;
        let case = Case {
            case: CaseId::new("notice").map_err(|error| error.to_string())?,
            status: CaseStatus::Confirmed,
            onset: Some(onset),
            confirmed: Some(notice.to),
            isolated: Some(notice.to),
            recovered: None,
        };
        let cases = [About { person: somebody, says: case }];
        let known = Known {
            at,
            cases: &cases,
            positive_tests: &[],
            households: &[],
            named_contacts: &[],
            trips: &[],
            visits: &visits,
        };
        let found = contacts(&self.profile, &known).map_err(|error| error.to_string())?;
        Ok(found.into_iter().next().map(|contact| Met {
            venue: notice.venue.clone(),
            first: contact.exposure.first,
            last: contact.exposure.last,
            minutes: contact.exposure.minutes.0,
            probability: contact.exposure.probability.share(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VISITS: &str = r#"[
        {"venue": "cafe", "kind": "restaurant", "entered": "2020-02-12T10:00:00Z", "left": "2020-02-12T11:00:00Z"},
        {"venue": "shop", "kind": "shop", "entered": "2020-02-12T12:00:00Z", "left": null}
    ]"#;

    fn matches(notices: &str) -> String {
        let at: Timestamp = "2020-02-14T00:00:00Z".parse().unwrap();
        let diary = Diary::new(Profile::SARS_COV_2.as_bytes()).unwrap();
        diary.matches(VISITS, notices, at.as_millisecond() as f64).unwrap()
    }

    #[test]
    fn an_hour_at_the_same_table_is_found_and_five_minutes_are_not() {
        let hour = r#"[{"venue": "cafe", "from": "2020-02-12T09:30:00Z", "to": "2020-02-12T10:40:00Z"}]"#;
        let met: serde_json::Value = serde_json::from_str(&matches(hour)).unwrap();
        assert_eq!(met[0]["minutes"], 40);
        assert_eq!(met[0]["first"], "2020-02-12T10:00:00Z");
        assert_eq!(met[0]["last"], "2020-02-12T10:40:00Z");
        assert!(met[0]["probability"].as_f64().unwrap() > 0.0);
        let brief = r#"[{"venue": "cafe", "from": "2020-02-12T10:55:00Z", "to": "2020-02-12T12:00:00Z"}]"#;
        assert_eq!(matches(brief), "[]");
        let elsewhere =
            r#"[{"venue": "park", "from": "2020-02-12T10:00:00Z", "to": "2020-02-12T11:00:00Z"}]"#;
        assert_eq!(matches(elsewhere), "[]");
    }

    #[test]
    fn a_visit_that_nobody_ended_lasts_as_long_as_is_usual() {
        let later = r#"[{"venue": "shop", "from": "2020-02-12T12:00:00Z", "to": "2020-02-12T20:00:00Z"}]"#;
        let met: serde_json::Value = serde_json::from_str(&matches(later)).unwrap();
        assert!(met[0]["minutes"].as_u64().unwrap() < 8 * 60, "{met}");
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let diary = Diary::new(Profile::SARS_COV_2.as_bytes()).unwrap();
        let error = diary.matches("[{}]", "[]", 0.0).unwrap_err();
        assert!(error.starts_with("the visits cannot be read"), "{error}");
        assert!(Diary::new(b"nothing").is_err());
    }
}
