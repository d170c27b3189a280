//! What every database must do. Each function is a test on an empty store; [`all`] runs them one after the other on stores that
//! `empty` makes.
#![allow(clippy::panic, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod whole;

use std::{future::Future, sync::Arc};

use evidence::PersonId;
use jiff::{Timestamp, civil::date};

use crate::{DayVisit, Pseudonym, Record, RecordId, Store, StoreError, Transaction};

/// Runs every test.
pub async fn all<F: Future<Output = Arc<dyn Store>>>(mut empty: impl FnMut() -> F) {
    records_are_added_replaced_and_removed_by_version(&*empty().await).await;
    records_are_found_by_person_state_lookup_and_time(&*empty().await).await;
    what_is_to_be_forgotten_is_gone_and_counted(&*empty().await).await;
    what_was_not_committed_never_happened(&*empty().await).await;
    keys_are_replaced_listed_and_destroyed(&*empty().await).await;
    visits_end_once_and_go_by_the_day(&*empty().await).await;
    log_entries_get_places_without_gaps(&*empty().await).await;
    of_two_that_read_and_write_the_same_one_gives_way(empty().await).await;
    many_at_once_lose_nothing(empty().await).await;
    whole::what_is_read_as_a_whole_can_be_put_back(&*empty().await, &*empty().await).await;
    whole::who_reads_sees_one_moment_and_is_in_nobodys_way(empty().await).await;
}

fn id(number: u8) -> RecordId {
    RecordId::from_random([number; 16])
}

fn person(number: u8) -> PersonId {
    PersonId::new(&format!("{number:032x}")).expect("an id")
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_581_300_000 + seconds).expect("an instant")
}

fn record(kind: &str, number: u8) -> Record {
    Record {
        kind: kind.to_owned(),
        id: id(number),
        person: None,
        state: "open".to_owned(),
        lookup: None,
        due: None,
        keep_until: None,
        version: 1,
        body: vec![0, number, 255],
    }
}

async fn begin(store: &dyn Store) -> Box<dyn Transaction> {
    store.begin().await.expect("a transaction")
}

async fn commit(transaction: Box<dyn Transaction>) {
    transaction.commit().await.expect("a commit");
}

/// A record is added once, replaced by who saw its latest version, and removed likewise.
pub async fn records_are_added_replaced_and_removed_by_version(store: &dyn Store) {
    let mut t = begin(store).await;
    let first = Record {
        person: Some(person(1)),
        lookup: Some(vec![1, 2]),
        due: Some(at(5)),
        keep_until: Some(at(9)),
        ..record("case", 1)
    };
    t.add(&first).await.expect("added");
    assert!(matches!(t.add(&first).await, Err(StoreError::Exists { .. })));
    t.add(&record("appeal", 1)).await.expect("the same id of another kind");
    commit(t).await;
    let mut t = begin(store).await;
    assert_eq!(t.get("case", &id(1)).await.expect("read"), Some(first.clone()));
    assert_eq!(t.get("case", &id(2)).await.expect("read"), None);
    let second =
        Record { version: 2, state: "closed".to_owned(), due: None, body: Vec::new(), ..first.clone() };
    t.replace(&second).await.expect("replaced");
    assert!(matches!(t.replace(&second).await, Err(StoreError::Conflict)), "version 2 is there already");
    let unknown = Record { version: 2, ..record("case", 7) };
    assert!(matches!(t.replace(&unknown).await, Err(StoreError::Conflict)));
    commit(t).await;
    let mut t = begin(store).await;
    assert_eq!(t.get("case", &id(1)).await.expect("read"), Some(second));
    assert!(matches!(t.remove("case", &id(1), 1).await, Err(StoreError::Conflict)));
    t.remove("case", &id(1), 2).await.expect("removed");
    assert_eq!(t.get("case", &id(1)).await.expect("read"), None);
}

/// Records are listed by what stands beside their bodies, in order and by page.
pub async fn records_are_found_by_person_state_lookup_and_time(store: &dyn Store) {
    let mut t = begin(store).await;
    for number in [3, 1, 2, 4] {
        let record = Record {
            person: Some(person(number % 2)),
            lookup: Some(vec![number / 3]),
            due: (number != 4).then(|| at(i64::from(10 - number))),
            state: if number == 4 { "closed" } else { "open" }.to_owned(),
            ..record("task", number)
        };
        t.add(&record).await.expect("added");
    }
    t.add(&Record { person: Some(person(1)), ..record("case", 9) }).await.expect("added");
    let ids = |records: Vec<Record>| records.into_iter().map(|record| record.id).collect::<Vec<_>>();
    assert_eq!(ids(t.about("task", &person(1)).await.expect("read")), [id(1), id(3)]);
    assert_eq!(ids(t.all_about(&person(1)).await.expect("read")), [id(9), id(1), id(3)]);
    assert_eq!(ids(t.found_by("task", &[0]).await.expect("read")), [id(1), id(2)]);
    assert_eq!(ids(t.found_by("case", &[0]).await.expect("read")), []);
    assert_eq!(ids(t.in_state("task", "open", None, 2).await.expect("read")), [id(1), id(2)]);
    assert_eq!(t.count("task").await.expect("read"), 4);
    assert_eq!(t.count("nothing").await.expect("read"), 0);
    assert_eq!(ids(t.in_state("task", "open", Some(&id(2)), 2).await.expect("read")), [id(3)]);
    assert_eq!(ids(t.due("task", at(8), 9).await.expect("read")), [id(3), id(2)], "earliest first");
    assert_eq!(ids(t.due("task", at(9), 1).await.expect("read")), [id(3)]);
}

/// Retention takes what was kept until an instant, that instant included, and says how many of each kind.
pub async fn what_is_to_be_forgotten_is_gone_and_counted(store: &dyn Store) {
    let mut t = begin(store).await;
    for number in 1..=5 {
        let kind = if number == 5 { "check" } else { "declaration" };
        t.add(&Record { keep_until: Some(at(i64::from(number % 4))), ..record(kind, number) })
            .await
            .expect("added");
    }
    t.add(&record("ruling", 6)).await.expect("added");
    let forgotten = t.forget_until(at(2)).await.expect("forgotten");
    assert_eq!(forgotten, [("check".to_owned(), 1), ("declaration".to_owned(), 3)]);
    assert_eq!(t.forget_until(at(2)).await.expect("forgotten"), []);
    assert!(t.get("declaration", &id(3)).await.expect("read").is_some());
    assert!(t.get("ruling", &id(6)).await.expect("read").is_some(), "kept for ever");
}

/// Dropped without a commit, a transaction leaves nothing.
pub async fn what_was_not_committed_never_happened(store: &dyn Store) {
    let mut t = begin(store).await;
    t.add(&record("case", 1)).await.expect("added");
    t.put_key("day/2020-02-10", &[1]).await.expect("put");
    t.hand_in(&id(1), b"entry").await.expect("handed in");
    drop(t);
    let mut t = begin(store).await;
    assert_eq!(t.get("case", &id(1)).await.expect("read"), None);
    assert_eq!(t.key("day/2020-02-10").await.expect("read"), None);
    assert_eq!(t.place_entries(9).await.expect("placed"), 0);
}

/// A key is replaced in place, listed by prefix, and gone when destroyed.
pub async fn keys_are_replaced_listed_and_destroyed(store: &dyn Store) {
    let mut t = begin(store).await;
    for (name, sealed) in [("person/b", [1]), ("person/a", [2]), ("day/2020-02-10", [3]), ("person/b", [4])] {
        t.put_key(name, &sealed).await.expect("put");
    }
    assert_eq!(t.key("person/b").await.expect("read"), Some(vec![4]));
    assert_eq!(t.key_names("person/", "", 9).await.expect("read"), ["person/a", "person/b"]);
    assert_eq!(t.key_names("person/", "person/a", 9).await.expect("read"), ["person/b"]);
    assert_eq!(t.key_names("", "", 2).await.expect("read"), ["day/2020-02-10", "person/a"]);
    assert!(t.destroy_key("person/b").await.expect("destroyed"));
    assert!(!t.destroy_key("person/b").await.expect("read"));
    assert_eq!(t.key("person/b").await.expect("read"), None);
}

/// A visit ends once; visits are read and forgotten by the day.
pub async fn visits_end_once_and_go_by_the_day(store: &dyn Store) {
    let mut t = begin(store).await;
    let visit = |number: u8, day: i8, venue: &str| DayVisit {
        id: id(number),
        day: date(2020, 2, day),
        pseudonym: Pseudonym([number; 16]),
        venue: venue.parse().expect("an id"),
        entered: at(i64::from(number)),
        left: None,
    };
    for one in [visit(1, 11, "v2"), visit(2, 11, "v1"), visit(3, 10, "v1")] {
        t.add_visit(&one).await.expect("added");
    }
    assert!(matches!(t.add_visit(&visit(1, 11, "v9")).await, Err(StoreError::Exists { .. })));
    assert!(t.end_visit(&id(1), at(60)).await.expect("ended"));
    assert!(!t.end_visit(&id(1), at(90)).await.expect("read"), "it had ended");
    assert!(!t.end_visit(&id(8), at(90)).await.expect("read"), "there is none");
    assert_eq!(
        t.visit(&id(1)).await.expect("read"),
        Some(DayVisit { left: Some(at(60)), ..visit(1, 11, "v2") })
    );
    let of_day: Vec<RecordId> =
        t.visits_of(date(2020, 2, 11)).await.expect("read").into_iter().map(|visit| visit.id).collect();
    assert_eq!(of_day, [id(2), id(1)], "by venue");
    let one = |found: Vec<DayVisit>| found.into_iter().map(|visit| visit.id).collect::<Vec<_>>();
    assert_eq!(one(t.visits_by(date(2020, 2, 11), Pseudonym([2; 16])).await.expect("read")), [id(2)]);
    assert_eq!(one(t.visits_by(date(2020, 2, 10), Pseudonym([2; 16])).await.expect("read")), []);
    assert_eq!(
        one(t.visits_at(date(2020, 2, 11), &"v1".parse().expect("an id")).await.expect("read")),
        [id(2)]
    );
    assert_eq!(t.visit_days().await.expect("read"), [date(2020, 2, 10), date(2020, 2, 11)]);
    assert_eq!(t.forget_visits_of(date(2020, 2, 11)).await.expect("forgotten"), 2);
    assert_eq!(t.visit_days().await.expect("read"), [date(2020, 2, 10)]);
}

/// Entries that were handed in get consecutive places, and keep them.
pub async fn log_entries_get_places_without_gaps(store: &dyn Store) {
    for round in 0..3 {
        let mut t = begin(store).await;
        for number in 0..3 {
            t.hand_in(&id(round * 3 + number), &[round, number]).await.expect("handed in");
        }
        assert!(matches!(t.hand_in(&id(round * 3), b"again").await, Err(StoreError::Exists { .. })));
        assert_eq!(t.place_entries(2).await.expect("placed"), 2);
        commit(t).await;
    }
    let mut t = begin(store).await;
    assert_eq!(t.log_size().await.expect("read"), 6);
    assert_eq!(t.place_entries(9).await.expect("placed"), 3);
    assert_eq!(t.place_entries(9).await.expect("placed"), 0);
    let all = t.log_entries(0, 99).await.expect("read");
    assert_eq!(all.len(), 9);
    assert_eq!(t.log_entries(4, 2).await.expect("read"), all[4..6]);
    for (place, (id, _)) in all.iter().enumerate() {
        assert_eq!(t.place_of(id).await.expect("read"), Some(place as u64));
    }
    assert_eq!(t.place_of(&id(99)).await.expect("read"), None);
}

/// Two transactions read the same record and each writes one that rests on it: not both may succeed.
pub async fn of_two_that_read_and_write_the_same_one_gives_way(store: Arc<dyn Store>) {
    let mut t = begin(&*store).await;
    t.add(&record("office", 0)).await.expect("added");
    commit(t).await;
    let attempts = (1..=8).map(|number| {
        let store = Arc::clone(&store);
        async move {
            let mut t = store.begin().await?;
            let seen = t.in_state("officer", "open", None, 9).await?;
            // At most one may ever be added, however many try at once.
            if seen.is_empty() {
                t.add(&record("officer", number)).await?;
            }
            t.commit().await
        }
    });
    let tasks: Vec<_> = attempts.map(tokio::spawn).collect();
    for task in tasks {
        let done = task.await.expect("a task");
        assert!(matches!(done, Ok(()) | Err(StoreError::Conflict)), "{done:?}");
    }
    let mut t = begin(&*store).await;
    assert_eq!(t.in_state("officer", "open", None, 99).await.expect("read").len(), 1);
}

/// Many transactions at once, each tried again when it has to give way: everything is there, once.
pub async fn many_at_once_lose_nothing(store: Arc<dyn Store>) {
    let tasks: Vec<_> = (0..20_u8)
        .map(|number| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for round in 0..5_u8 {
                    loop {
                        let added = async {
                            let mut t = store.begin().await?;
                            let id =
                                RecordId::from_random([number.wrapping_mul(7).wrapping_add(round * 31); 16]);
                            let id =
                                RecordId::parse(&format!("{}{number:02x}{round:02x}", &id.as_str()[..28]))
                                    .ok_or(StoreError::Conflict)?;
                            t.add(&Record { id: id.clone(), ..record("declaration", 0) }).await?;
                            t.hand_in(&id, &[number, round]).await?;
                            t.commit().await
                        };
                        match added.await {
                            Ok(()) => break,
                            Err(StoreError::Conflict) => {}
                            Err(other) => panic!("{other}"),
                        }
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a task");
    }
    let mut t = begin(&*store).await;
    assert_eq!(t.in_state("declaration", "open", None, 999).await.expect("read").len(), 100);
    assert_eq!(t.place_entries(999).await.expect("placed"), 100);
}
