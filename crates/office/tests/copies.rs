//! What somebody learns who has a copy of the database and of all files, and no master key.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod town;

use std::collections::{BTreeMap, BTreeSet};

use evidence::Symptom;
use sqlx::{Connection as _, PgConnection, Row as _};
use store::Transaction;
use town::{Town, everywhere, symptoms};

/// What stands in the columns of a row, each value as text; bytes in hexadecimal digits.
type Columns = BTreeSet<String>;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Every byte of the database and of the objects.
async fn dump(town: &Town) -> Vec<u8> {
    let mut dump = Vec::new();
    for name in town.objects.names().await.unwrap() {
        dump.extend(name.bytes());
        dump.extend(town.objects.read(&name, 0..1 << 30).await.unwrap().unwrap());
    }
    if let Some(file) = &town.file {
        for ending in ["", "-wal"] {
            dump.extend(std::fs::read(format!("{}{ending}", file.display())).unwrap_or_default());
        }
        return dump;
    }
    let mut connection = PgConnection::connect(town.address.as_deref().unwrap()).await.unwrap();
    let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
    for table in sqlx::query(tables).fetch_all(&mut connection).await.unwrap() {
        let table: String = table.get(0);
        let rows = sqlx::AssertSqlSafe(format!("SELECT t::text FROM {table} t"));
        for row in sqlx::query(rows).fetch_all(&mut connection).await.unwrap() {
            dump.extend(row.get::<String, _>(0).into_bytes());
        }
    }
    // Bytes stand there as digits: what they are is in the dump as well.
    let digits = dump.clone();
    for (at, _) in digits.windows(3).enumerate().filter(|(_, bytes)| *bytes == b"\\\\x") {
        let rest =
            digits[at + 3..].iter().map_while(|digit| (*digit as char).to_digit(16)).collect::<Vec<_>>();
        dump.extend(rest.chunks_exact(2).map(|pair| (pair[0] * 16 + pair[1]) as u8));
    }
    dump
}

/// The rows about people: what stands beside their sealed bodies.
async fn rows_about(t: &mut dyn Transaction, people: &[evidence::PersonId]) -> Vec<Columns> {
    let mut rows = Vec::new();
    for person in people {
        for record in t.all_about(person).await.unwrap() {
            let mut columns =
                Columns::from([person.to_string(), record.id.as_str().to_owned(), hex(&record.body)]);
            columns.extend(record.lookup.as_deref().map(hex));
            let times = [record.due, record.keep_until, Some(record.filed)];
            columns.extend(times.into_iter().flatten().map(|at| at.as_microsecond().to_string()));
            rows.push(columns);
        }
    }
    rows
}

#[tokio::test]
async fn a_copy_of_the_database_and_all_files_without_the_master_key_tells_nothing_of_anybody() {
    everywhere(200, async |town| {
        town.publish().await;
        let (anna, as_anna) = town.person("Annabella", Some("h-seven")).await;
        let (bo, as_bo) = town.person("Bogdan", None).await;
        town.office.declare(&as_anna, &anna, symptoms(&[Symptom::Nausea])).await.unwrap();
        // Days that moved, days that did not, and a visit that goes on.
        for day in 0..6 {
            for (person, actor) in [(&anna, &as_anna), (&bo, &as_bo)] {
                town.minutes(7).await;
                town.office.check_in(actor, person, &town.code("cafe-nero").await).await.unwrap();
            }
            if day < 5 {
                town.pass(24).await;
            }
        }
        assert!(!town.objects.names().await.unwrap().is_empty());
        let bytes = dump(&town).await;
        let holds = |text: &str| bytes.windows(text.len()).any(|bytes| bytes == text.as_bytes());
        assert!(holds(town.venue("cafe-nero").await.0.as_str()) && holds(anna.as_str()), "it is a dump");
        for secret in ["Annabella", "Bogdan", "+86 571", "IDANNABELLA", "ID-Annabella", "h-seven", "nausea"] {
            assert!(!holds(secret), "{secret}");
        }
        // Joins: no value beside what is known of a person stands beside a visit, and none of a visit's on another day.
        let mut t = town.store.begin().await.unwrap();
        let about = rows_about(&mut *t, &[anna.clone(), bo.clone()]).await;
        assert!(about.len() > 5);
        let mut of_day: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for day in t.visit_days().await.unwrap() {
            for visit in t.visits_of(day, 99).await.unwrap() {
                let (from, to) = (Some(visit.entered), visit.left);
                let mut columns = Columns::from([visit.id.as_str().to_owned(), hex(&visit.pseudonym.0)]);
                columns.extend([from, to].into_iter().flatten().map(|at| at.as_microsecond().to_string()));
                for row in &about {
                    assert!(row.is_disjoint(&columns), "{visit:?} is joined with a person");
                }
                of_day.entry(day.to_string()).or_default().insert(hex(&visit.pseudonym.0));
            }
        }
        for record in t.in_state("partition", "written", None, 99).await.unwrap() {
            let kept: office::Partition = serde_json::from_slice(&record.body).unwrap();
            let bytes = town.objects.read(&kept.object, 0..kept.bytes).await.unwrap().unwrap();
            let partition = contacts::Partition::open(std::sync::Arc::new(bytes)).unwrap();
            let always = (jiff::Timestamp::MIN, jiff::Timestamp::MAX);
            let hour = jiff::SignedDuration::from_hours(1);
            let venue = town.venue("cafe-nero").await.0;
            for (pseudonym, visit) in partition.near(&venue, always, hour).unwrap() {
                let columns = Columns::from([hex(&pseudonym), visit.entered.as_microsecond().to_string()]);
                for row in &about {
                    assert!(row.is_disjoint(&columns), "{visit:?} is joined with a person");
                }
                of_day.entry(kept.day.to_string()).or_default().insert(hex(&pseudonym));
            }
        }
        assert_eq!(of_day.len(), 6, "{of_day:?}");
        let all: BTreeSet<&String> = of_day.values().flatten().collect();
        assert_eq!(
            all.len(),
            of_day.values().map(BTreeSet::len).sum::<usize>(),
            "nobody is known from another day"
        );
    })
    .await;
}
