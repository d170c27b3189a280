//! Visits of days that are over: moved out of the database, found there as before, gone with their day's key.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod town;

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use contacts::Partition;
use evidence::PersonId;
use jiff::{SignedDuration, Timestamp, civil::Date};
use ledger::DataClass;
use office::{Actor, Clock as _, OfficeError, Role};
use store::{DayKey, MasterKey};
use town::{
    Town,
    crashing::{Crashing, CrashingObjects},
    everywhere, officer,
};

const MANY: u64 = 200;

fn master() -> MasterKey {
    MasterKey::new([3; 32], [4; 32])
}

/// Anna and Bo are in the café together for an hour.
async fn meet(town: &Town) -> [(PersonId, Actor); 2] {
    let both = [town.person("Anna", None).await, town.person("Bo", None).await];
    for (person, actor) in &both {
        town.office.check_in(actor, person, &town.code("cafe").await).await.unwrap();
    }
    town.minutes(60).await;
    for (person, actor) in &both {
        assert!(town.office.check_out(actor, person).await.unwrap());
    }
    both
}

async fn in_database(town: &Town) -> usize {
    let mut t = town.store.begin().await.unwrap();
    let mut visits = 0;
    for day in t.visit_days().await.unwrap() {
        visits += t.visits_of(day, 1_000).await.unwrap().len();
    }
    visits
}

/// How many contacts a case is found to have whose first symptom lies so many hours back.
async fn contacts_of(town: &Town, person: &PersonId, hours: i64) -> u64 {
    let onset = town.clock.now() - SignedDuration::from_hours(hours);
    town.case(person, Some(onset)).await.1.exposed
}

#[tokio::test]
async fn a_day_moves_when_none_of_its_visits_can_change_and_contacts_are_found_as_before() {
    everywhere(MANY, async |town| {
        town.publish().await;
        let [(anna, _), (bo, as_bo)] = meet(&town).await;
        // It is nine in the morning in Shanghai, one in the morning of the same day in UTC.
        assert_eq!(town.pass(70).await.visits_moved, 0, "somebody may still check out");
        assert_eq!(in_database(&town).await, 2);
        assert_eq!(town.pass(2).await.visits_moved, 2);
        assert_eq!(in_database(&town).await, 0);
        assert_eq!(town.objects.names().await.unwrap().len(), 1);
        assert_eq!(town.pass(1).await.visits_moved, 0);
        assert_eq!(contacts_of(&town, &anna, 72).await, 1);
        assert_eq!(town.office.export(&as_bo, &bo).await.unwrap().evidence.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_entered_later_into_a_day_that_moved_is_found_beside_it_and_moves_too() {
    everywhere(MANY, async |town| {
        town.publish().await;
        let [(anna, _), _] = meet(&town).await;
        let (cai, _) = town.person("Cai", None).await;
        town.pass(24 * 4).await;
        let mut t = town.store.begin().await.unwrap();
        let name = t.key_names("day/", "", 1).await.unwrap().pop().unwrap();
        let sealed = t.key(&name).await.unwrap().unwrap();
        let key = DayKey::new(*master().open_key(&name, &sealed).unwrap());
        let entered: Timestamp = "2020-02-12T08:10:00+08:00".parse().unwrap();
        let visit = store::DayVisit {
            id: store::RecordId::from_random([77; 16]),
            day: name.trim_start_matches("day/").parse().unwrap(),
            pseudonym: key.pseudonym(&cai).unwrap(),
            venue: town.venue("cafe").await.0,
            entered,
            left: Some(entered + SignedDuration::from_mins(40)),
        };
        t.add_visit(&visit).await.unwrap();
        t.commit().await.unwrap();
        let investigator = officer("inv-1", Role::Investigator, "cdc");
        let onset = town.clock.now() - SignedDuration::from_hours(24 * 4);
        let (case, traced) = town.case(&anna, Some(onset)).await;
        assert_eq!(traced.exposed, 2, "one from the partition, one from the database");
        town.office.close_case(&investigator, &anna, &case).await.unwrap();
        assert_eq!(town.pass(24).await.visits_moved, 1);
        assert_eq!(town.objects.names().await.unwrap().len(), 2);
        assert_eq!(contacts_of(&town, &anna, 24 * 5).await, 2, "both from partitions");
    })
    .await;
}

#[tokio::test]
async fn whoever_dies_while_a_day_moves_loses_and_doubles_nothing() {
    everywhere(MANY, async |plain| {
        let writes_left = Arc::new(AtomicI64::new(-1));
        let store = Crashing { store: Arc::clone(&plain.store), writes_left: Arc::clone(&writes_left) };
        let objects =
            CrashingObjects { objects: Arc::clone(&plain.objects), writes_left: Arc::clone(&writes_left) };
        let town = Town::new(Arc::new(store), Arc::new(objects), MANY, None);
        town.publish().await;
        let [(anna, _), _] = meet(&town).await;
        town.minutes(72 * 60).await;
        let mut died = 0;
        for writes in 0.. {
            writes_left.store(writes, Ordering::SeqCst);
            let ticked = town.office.tick().await;
            writes_left.store(-1, Ordering::SeqCst);
            // As many visits as there were, wherever they are.
            let mut moved = 0;
            let mut t = plain.store.begin().await.unwrap();
            for record in t.in_state("partition", "written", None, 9).await.unwrap() {
                let partition: office::Partition = serde_json::from_slice(&record.body).unwrap();
                let bytes = plain.objects.read(&partition.object, 0..1 << 20).await.unwrap().unwrap();
                assert_eq!(bytes.len() as u64, partition.bytes);
                moved += usize::try_from(partition.visits).unwrap();
            }
            drop(t);
            assert_eq!(in_database(&plain).await + moved, 2, "after {writes} writes");
            match ticked {
                Ok(_) => break,
                Err(OfficeError::Store(store::StoreError::Unavailable(_))) => died += 1,
                Err(other) => panic!("{other}"),
            }
        }
        assert!(died > 5, "{died}");
        assert_eq!(contacts_of(&town, &anna, 72).await, 1);
        // What the dead left behind is swept away when nobody can be writing it any more.
        town.pass(2).await;
        assert_eq!(town.objects.names().await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn r9_a_copied_partition_whose_key_is_destroyed_names_nobody() {
    everywhere(MANY, async |town| {
        town.publish().await;
        let [(anna, _), (bo, _)] = meet(&town).await;
        town.pass(24 * 4).await;
        let mut t = town.store.begin().await.unwrap();
        let record = t.in_state("partition", "written", None, 9).await.unwrap().pop().unwrap();
        let day_key = t.key_names("day/", "", 1).await.unwrap().pop().unwrap();
        drop(t);
        let kept: office::Partition = serde_json::from_slice(&record.body).unwrap();
        let copy = town.objects.read(&kept.object, 0..kept.bytes).await.unwrap().unwrap();
        // Somebody is at a venue every day, so that there are other keys.
        let (cai, as_cai) = town.person("Cai", None).await;
        for _ in 0..12 {
            town.office.check_in(&as_cai, &cai, &town.code("cafe").await).await.unwrap();
            town.pass(24).await;
        }
        let mut t = town.store.begin().await.unwrap();
        assert_eq!(t.key(&day_key).await.unwrap(), None);
        assert!(!town.objects.names().await.unwrap().contains(&kept.object), "it went with its key");
        assert_eq!(t.get("partition", &record.id).await.unwrap(), None);
        // Every reader there is, under every key there is.
        let partition = Partition::open(Arc::new(copy.clone())).unwrap();
        let always = (Timestamp::MIN, Timestamp::MAX);
        let seen =
            partition.near(&town.venue("cafe").await.0, always, SignedDuration::from_hours(1)).unwrap();
        assert_eq!(seen.len(), 2, "the copy is whole");
        let mut keys = Vec::new();
        for name in t.key_names("", "", 999).await.unwrap() {
            let sealed = t.key(&name).await.unwrap().unwrap();
            keys.push(DayKey::new(*master().open_key(&name, &sealed).unwrap()));
        }
        assert!(keys.len() > 10);
        let people = BTreeSet::from([anna.clone(), bo.clone(), cai.clone()]);
        for key in &keys {
            for (pseudonym, _) in &seen {
                assert!(!people.contains(&key.person(store::Pseudonym(*pseudonym)).unwrap()));
            }
            for person in &people {
                let pseudonym = key.pseudonym(person).unwrap();
                assert_eq!(partition.of_person(&pseudonym.0), Ok(Vec::new()));
            }
        }
        // And an office to which the copy and its record are brought back finds nobody in it.
        t.add(&store::Record { version: 1, ..record }).await.unwrap();
        t.commit().await.unwrap();
        town.objects.write(&kept.object, copy).await.unwrap();
        assert_eq!(contacts_of(&town, &anna, 24 * 16).await, 0);
    })
    .await;
}

#[tokio::test]
async fn r9_an_operator_runs_retention_and_a_signed_record_says_what_was_removed() {
    everywhere(MANY, async |town| {
        town.publish().await;
        let [(anna, as_anna), _] = meet(&town).await;
        town.office.declare(&as_anna, &anna, evidence::Symptoms::NONE).await.unwrap();
        let operator = officer("operator-1", Role::Operator, "health/machines");
        let oversight = officer("watch-1", Role::Oversight, "parliament");
        assert!(matches!(town.office.purge(&oversight).await, Err(OfficeError::Forbidden { .. })));
        assert!(matches!(town.office.purge(&as_anna).await, Err(OfficeError::Forbidden { .. })));
        assert!(matches!(town.office.deletions(&as_anna, None, 9).await, Err(OfficeError::Forbidden { .. })));
        assert_eq!(town.office.purge(&operator).await.unwrap().signed, [], "nothing is old");
        town.minutes(31 * 24 * 60).await;
        let removed = town.office.purge(&operator).await.unwrap().signed;
        let says: Vec<_> = removed.iter().map(|signed| signed.says().unwrap()).collect();
        let of = |class: DataClass| says.iter().find(|says| says.class == class).unwrap();
        assert_eq!((of(DataClass::Declarations).records, of(DataClass::Declarations).keys_destroyed), (1, 0));
        assert_eq!((of(DataClass::Visits).records, of(DataClass::Visits).keys_destroyed), (2, 1));
        let day: Date = "2020-02-12".parse().unwrap();
        let start = day.to_zoned_datetime(jiff::tz::TimeZone::UTC).unwrap().timestamp();
        assert_eq!(
            (of(DataClass::Visits).from, of(DataClass::Visits).to),
            (start, start + SignedDuration::from_hours(24))
        );
        assert_eq!(town.office.purge(&operator).await.unwrap().signed, [], "once");
        assert_eq!(in_database(&town).await, 0);
        let seen = town.office.deletions(&oversight, None, 9).await.unwrap();
        assert_eq!(seen.len(), removed.len());
        town.office.tick().await.unwrap();
        let log = town.office.log_entries(0, 99).await.unwrap();
        let log: Vec<String> = log.iter().map(|entry| serde_json::to_string(entry).unwrap()).collect();
        for signed in &removed {
            let entry = log.iter().find(|entry| entry.contains(&signed.hash().to_string())).unwrap();
            assert!(entry.contains("data-deleted") && entry.contains("operator"), "{entry}");
            assert!(entry.contains("\"1-9\""), "small numbers are not told: {entry}");
        }
    })
    .await;
}

#[tokio::test]
async fn r9_the_schedule_records_a_days_deletions_when_the_day_is_over() {
    everywhere(MANY, async |town| {
        let oversight = officer("watch-1", Role::Oversight, "parliament");
        let (anna, as_anna) = town.person("Anna", None).await;
        town.office.declare(&as_anna, &anna, evidence::Symptoms::NONE).await.unwrap();
        town.minutes(60).await;
        town.office.declare(&as_anna, &anna, evidence::Symptoms::NONE).await.unwrap();
        town.pass(24 * 30 - 1).await;
        town.pass(2).await;
        assert_eq!(town.office.deletions(&oversight, None, 9).await.unwrap(), [], "the day goes on");
        town.pass(24).await;
        let signed = town.office.deletions(&oversight, None, 9).await.unwrap();
        assert_eq!(signed.len(), 1);
        let says = signed[0].1.says().unwrap();
        assert_eq!((says.class, says.records), (DataClass::Declarations, 2));
        // Leaving is a deletion as well, of the record and its key.
        town.office.erase(&as_anna, &anna).await.unwrap();
        town.pass(24).await;
        let signed = town.office.deletions(&oversight, None, 9).await.unwrap();
        let says = signed.iter().map(|(_, signed)| signed.says().unwrap());
        let personal: Vec<_> = says.filter(|says| says.class == DataClass::PersonalDetails).collect();
        // Her record, and what she is reached by.
        assert_eq!((personal.len(), personal[0].records, personal[0].keys_destroyed), (1, 2, 1));
    })
    .await;
}
