//! How long it takes to confirm a case: its contacts are found and re-rated, their green passes revoked and their notices queued,
//! in one committed transaction.
//!
//! `cargo bench -p office` makes a town of 200,000 people on SQLite, and on PostgreSQL where `CLEANBILL_POSTGRES` names a server, each with
//! a record, a colour, a check of each of two days, the passes of a day and a visit on each of three days; then 20 cases are confirmed, each
//! with 1,000 contacts whom nothing else concerns. `CLEANBILL_PEOPLE`, `CLEANBILL_CONTACTS` and `CLEANBILL_CASES` change the numbers.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a measurement fails by panicking"
)]

#[path = "../tests/town/mod.rs"]
mod town;

use std::time::Instant;

use evidence::{Check, CheckedBy, Level, PersonId, Symptoms};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use office::{Carried, Clock as _, Particulars, Piece, Rated, Resident, Role, Says};
use serde::Serialize;
use store::{DataKey, DayKey, DayVisit, MasterKey, Pseudonym, Record, RecordId};
use town::{Town, everywhere, officer};

/// People who are put into the store in one transaction.
const AT_ONCE: usize = 2_000;
/// Days before the present with a visit of each person.
const DAYS: i64 = 3;
const VENUES: usize = 4_000;

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|number| number.parse().ok()).unwrap_or(default)
}

/// Sixteen bytes that differ with each number.
fn bytes(of: usize, what: u8) -> [u8; 16] {
    let mut bytes = [what; 16];
    bytes[..8].copy_from_slice(&(of as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).to_le_bytes());
    bytes
}

fn person(of: usize) -> PersonId {
    RecordId::from_random(bytes(of, 1)).as_str().parse().unwrap()
}

struct Fill {
    keys: MasterKey,
    now: Timestamp,
    days: Vec<(Date, DayKey)>,
}

impl Fill {
    fn ago(&self, hours: i64) -> Timestamp {
        self.now.checked_sub(SignedDuration::from_hours(hours)).unwrap()
    }

    /// A record as the office keeps it.
    fn record(&self, of: usize, kind: &str, what: u8, key: &DataKey, body: &impl Serialize) -> Record {
        let id = RecordId::from_random(bytes(of, what));
        let place = format!("{kind}/{}", id.as_str());
        let plain = serde_json::to_vec(body).unwrap();
        Record {
            kind: kind.to_owned(),
            person: Some(person(of)),
            state: if kind == "pass" { "living" } else { "kept" }.to_owned(),
            lookup: None,
            due: None,
            keep_until: None,
            filed: self.now,
            version: 1,
            body: key.seal(&place, [what; 24], &plain).unwrap().0,
            id,
        }
    }

    fn key(&self, of: usize) -> (DataKey, (String, Vec<u8>)) {
        let mut bytes = [9; 32];
        bytes[..8].copy_from_slice(&(of as u64).to_le_bytes());
        let name = format!("person/{}", person(of));
        let sealed = self.keys.seal_key(&name, [8; 24], &bytes).unwrap().0;
        (DataKey::new(bytes), (name, sealed))
    }

    fn records(&self, of: usize, key: &DataKey) -> Vec<Record> {
        let who = person(of);
        let resident = Resident {
            person: who.clone(),
            name: format!("Nobody {of}"),
            contact: Some("tel:+86 571 0000".to_owned()),
            household: None,
            area: Some("330106".to_owned()),
            particulars: Particulars::default(),
            proxies: Vec::new(),
            registered: self.ago(24 * 20),
        };
        let rated = Rated {
            person: who.clone(),
            level: Level::Green,
            found: self.ago(20),
            changes_at: None,
            area: None,
        };
        let passes = (0..24).map(|hour| {
            let expires = self.now.checked_add(SignedDuration::from_hours(hour + 1)).unwrap();
            (format!("{:08x}{hour:08x}", of), expires)
        });
        let carried = Carried {
            person: who.clone(),
            level: Level::Green,
            issued: self.ago(1),
            passes: passes.collect(),
        };
        let check = |hours: i64| Piece {
            person: who.clone(),
            received: self.ago(hours),
            says: Says::Check(Check {
                at: self.ago(hours),
                temperature: None,
                symptoms: Symptoms::NONE,
                by: CheckedBy::Itself,
            }),
        };
        vec![
            self.record(of, "resident", 1, key, &resident),
            self.record(of, "rated", 2, key, &rated),
            self.record(of, "pass", 3, key, &carried),
            self.record(of, "evidence", 4, key, &check(20)),
            self.record(of, "evidence", 5, key, &check(44)),
        ]
    }

    /// A visit of so many minutes from an instant on.
    fn visit(&self, id: [u8; 16], who: usize, venue: &str, from: Timestamp, minutes: i64) -> DayVisit {
        let day = from.to_zoned_datetime(TimeZone::UTC).date();
        let (_, key) = self.days.iter().find(|(of, _)| *of == day).unwrap();
        let pseudonym: Pseudonym = key.pseudonym(&person(who)).unwrap();
        DayVisit {
            id: RecordId::from_random(id),
            day,
            pseudonym,
            venue: venue.parse().unwrap(),
            entered: from,
            left: Some(from.checked_add(SignedDuration::from_mins(minutes)).unwrap()),
        }
    }

    /// An hour somewhere on each of the last days.
    fn visits(&self, of: usize) -> impl Iterator<Item = DayVisit> {
        (1..=DAYS).map(move |day| {
            let venue = format!("v{}", (of * 7 + day as usize * 13) % VENUES);
            let from = self.ago(24 * day + (of % 8) as i64);
            self.visit(bytes(of, 10 + day as u8), of, &venue, from, 60)
        })
    }
}

async fn fill(town: &Town, people: usize) -> Fill {
    let now = town.clock.now();
    let keys = MasterKey::new([3; 32], [4; 32]);
    let days = (0..=DAYS + 2).map(|day| {
        let at = now.checked_sub(SignedDuration::from_hours(24 * day)).unwrap();
        (at.to_zoned_datetime(TimeZone::UTC).date(), DayKey::new([day as u8; 32]))
    });
    let fill = Fill { keys, now, days: days.collect() };
    let mut t = town.store.begin().await.unwrap();
    for (day, key) in &fill.days {
        let name = format!("day/{day}");
        let sealed = fill.keys.seal_key(&name, [7; 24], key.bytes()).unwrap();
        t.put_key(&name, &sealed.0).await.unwrap();
    }
    t.commit().await.unwrap();
    for first in (0..people).step_by(AT_ONCE) {
        let (mut sealed, mut records, mut visits) = (Vec::new(), Vec::new(), Vec::new());
        for of in first..people.min(first + AT_ONCE) {
            let (key, named) = fill.key(of);
            sealed.push(named);
            records.extend(fill.records(of, &key));
            visits.extend(fill.visits(of));
        }
        let mut t = town.store.begin().await.unwrap();
        t.put_keys(&sealed).await.unwrap();
        t.add_all(&records).await.unwrap();
        t.add_visits(&visits).await.unwrap();
        t.commit().await.unwrap();
    }
    fill
}

/// The case's person spends two afternoons with half of the contacts each.
async fn gather(town: &Town, fill: &Fill, case: usize, contacts: std::ops::Range<usize>) {
    let half = contacts.len() / 2;
    let mut visits = Vec::new();
    for (place, who) in contacts.chain([case, case]).enumerate() {
        let which = if who == case { place % 2 } else { usize::from(place < half) };
        let venue = format!("hall-{case}-{which}");
        visits.push(fill.visit(
            bytes(who, 20 + which as u8),
            who,
            &venue,
            fill.ago(10 + 24 * which as i64),
            120,
        ));
    }
    let mut t = town.store.begin().await.unwrap();
    t.add_visits(&visits).await.unwrap();
    t.commit().await.unwrap();
}

#[tokio::main]
async fn main() {
    let people = number("CLEANBILL_PEOPLE", 200_000);
    let contacts = number("CLEANBILL_CONTACTS", 1_000);
    let cases = number("CLEANBILL_CASES", 20).min(people / (contacts + 1));
    everywhere(1_000_000, async |town: Town| {
        let database = if town.file.is_some() { "SQLite" } else { "PostgreSQL" };
        let policy = officer("policy-1", Role::Policy, "health/commission");
        let rules = include_str!("../../../rulesets/hangzhou-2020.toml");
        town.office.publish(&policy, rules).await.unwrap();
        #[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
        let start = Instant::now();
        let fill = fill(&town, people).await;
        println!("{database}: {people} people and {} visits in {:.0?}", people * DAYS as usize, start.elapsed());
        let investigator = officer("inv-1", Role::Investigator, "cdc");
        let clinician = officer("clin-1", Role::Investigator, "hospital");
        let mut took = Vec::new();
        for case in 0..cases {
            let others = cases + case * contacts..cases + (case + 1) * contacts;
            gather(&town, &fill, case, others).await;
            // It waits for the word of another body; with that it is confirmed.
            town.office.open_case(&investigator, &person(case), None).await.unwrap();
            let waiting = town.office.statements(&clinician, &person(case)).await.unwrap();
            #[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
            let start = Instant::now();
            let stated = town.office.corroborate(&clinician, &waiting[0].0).await.unwrap();
            took.push(start.elapsed());
            let traced = stated.traced().unwrap();
            assert!(traced.exposed >= contacts as u64, "{traced:?}");
        }
        let waiting = town.office.notices(100_000).await.unwrap().len();
        assert!(waiting >= cases * contacts, "{waiting} notices: every contact was green and is restricted now");
        took.sort_unstable();
        println!(
            "{database}: {cases} cases of {contacts} contacts, confirmed to committed: median {} ms, longest {} ms",
            took[took.len() / 2].as_millis(),
            took[took.len() - 1].as_millis()
        );
    })
    .await;
}
