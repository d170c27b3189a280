//! What every database must do. Each function is a test on an empty store; [`all`] runs them one after the other on stores that
//! `empty` makes.
#![allow(clippy::panic, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod whole;

use std::{future::Future, sync::Arc};

use evidence::PersonId;
use jiff::{Timestamp, civil::date};

use crate::{DayVisit, Mark, Pseudonym, Record, RecordId, Store, StoreError, Transaction, VenueSpan};

/// Runs every test.
pub async fn all<F: Future<Output = Arc<dyn Store>>>(mut empty: impl FnMut() -> F) {
    records_are_added_replaced_and_removed_by_version(&*empty().await).await;
    records_are_found_by_person_state_lookup_and_time(&*empty().await).await;
    many_records_are_added_replaced_read_and_removed_at_once(&*empty().await).await;
    what_is_to_be_forgotten_is_found_in_its_order(&*empty().await).await;
    what_was_not_committed_never_happened(&*empty().await).await;
    keys_are_replaced_listed_and_destroyed(&*empty().await).await;
    visits_end_once_and_go_by_the_day(&*empty().await).await;
    many_visits_are_found_by_visitors_and_by_stretches_of_time(&*empty().await).await;
    log_entries_get_places_without_gaps(&*empty().await).await;
    what_is_told_is_heard_once_and_only_when_it_happened(&*empty().await).await;
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
        filed: at(0),
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

/// Many at once are as many one by one: all succeed, or the one that cannot is an error.
pub async fn many_records_are_added_replaced_read_and_removed_at_once(store: &dyn Store) {
    let mut t = begin(store).await;
    let all: Vec<Record> = (1..=200)
        .map(|number| Record {
            person: (number % 5 != 0).then(|| person(number % 5)),
            lookup: (number % 2 == 0).then(|| vec![number, 0, 255]),
            due: (number % 3 == 0).then(|| at(i64::from(number))),
            keep_until: (number % 4 == 0).then(|| at(-i64::from(number))),
            filed: at(i64::from(number) - 100),
            body: if number == 7 { Vec::new() } else { vec![number; usize::from(number)] },
            ..record(if number % 2 == 0 { "task" } else { "case" }, number)
        })
        .collect();
    t.add_all(&all).await.expect("added");
    t.add_all(&[]).await.expect("nothing to add");
    for record in &all {
        assert_eq!(t.get(&record.kind, &record.id).await.expect("read").as_ref(), Some(record));
    }
    let about =
        t.about_all(&["task", "case", "none"], &[person(2), person(1), person(9)]).await.expect("read");
    let mut expected: Vec<Record> =
        all.iter().filter(|r| r.person == Some(person(1)) || r.person == Some(person(2))).cloned().collect();
    expected.sort_by(|a, b| (&a.person, &a.kind, &a.id).cmp(&(&b.person, &b.kind, &b.id)));
    assert_eq!(about, expected);
    assert_eq!(t.about_all(&["none"], &[person(1)]).await.expect("read"), []);
    assert_eq!(t.about_all(&["task"], &[]).await.expect("read"), []);
    let tasks: Vec<RecordId> = all.iter().filter(|r| r.kind == "task").map(|r| r.id.clone()).collect();
    assert_eq!(t.ids_in_state("task", "open").await.expect("read"), tasks);
    assert_eq!(t.ids_in_state("task", "closed").await.expect("read"), []);
    let later: Vec<Record> = all
        .iter()
        .map(|first| Record {
            version: 2,
            state: "closed".to_owned(),
            due: first.keep_until,
            keep_until: first.due,
            lookup: None,
            body: vec![1],
            ..first.clone()
        })
        .collect();
    t.replace_all(&later).await.expect("replaced");
    let first = all[0].clone();
    assert_eq!(t.get(&first.kind, &first.id).await.expect("read").as_ref(), Some(&later[0]));
    commit(t).await;
    // One that cannot be spoils them all.
    let mut t = begin(store).await;
    assert!(matches!(t.replace_all(&later).await, Err(StoreError::Conflict)), "version 2 is there already");
    drop(t);
    let mut t = begin(store).await;
    let exists = t.add_all(&[record("case", 250), record("case", 3), record("case", 251)]).await;
    assert!(matches!(&exists, Err(StoreError::Exists { id: of, .. }) if *of == id(3).as_str()), "{exists:?}");
    drop(t);
    let mut t = begin(store).await;
    let unwritten = Record { version: 2, ..record("case", 252) };
    assert!(matches!(t.add_all(&[unwritten]).await, Err(StoreError::Exists { .. })));
    drop(t);
    let mut t = begin(store).await;
    assert_eq!(t.get("case", &id(250)).await.expect("read"), None);
    assert!(matches!(t.remove_all(&all[..1]).await, Err(StoreError::Conflict)), "that version is gone");
    drop(t);
    let mut t = begin(store).await;
    t.remove_all(&later[1..]).await.expect("removed");
    assert_eq!(t.ids_in_state("case", "closed").await.expect("read"), [first.id]);
    assert_eq!(t.ids_in_state("task", "closed").await.expect("read"), []);
}

/// What was to be kept until an instant, that instant included, is found, the earliest first.
pub async fn what_is_to_be_forgotten_is_found_in_its_order(store: &dyn Store) {
    let mut t = begin(store).await;
    for number in 1..=5 {
        let kind = if number == 5 { "check" } else { "declaration" };
        t.add(&Record { keep_until: Some(at(i64::from(number % 4))), ..record(kind, number) })
            .await
            .expect("added");
    }
    t.add(&record("ruling", 6)).await.expect("added");
    let ids = |records: Vec<Record>| records.into_iter().map(|record| record.id).collect::<Vec<_>>();
    assert_eq!(ids(t.expired(at(2), 9).await.expect("read")), [id(4), id(5), id(1), id(2)]);
    let some = t.expired(at(2), 3).await.expect("read");
    t.remove_all(&some).await.expect("removed");
    assert_eq!(ids(t.expired(at(2), 9).await.expect("read")), [id(2)]);
    assert_eq!(ids(t.expired(at(1), 9).await.expect("read")), []);
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
    t.put_keys(&[("person/c".to_owned(), vec![5, 0]), ("person/a".to_owned(), vec![6])]).await.expect("put");
    t.put_keys(&[]).await.expect("nothing to put");
    let names = ["person/c", "none", "person/a"].map(str::to_owned);
    let expected = [("person/a".to_owned(), vec![6]), ("person/c".to_owned(), vec![5, 0])];
    assert_eq!(t.keys(&names).await.expect("read"), expected);
    assert_eq!(t.keys(&[]).await.expect("read"), []);
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
        t.visits_of(date(2020, 2, 11), 9).await.expect("read").into_iter().map(|visit| visit.id).collect();
    assert_eq!(of_day, [id(2), id(1)], "by venue");
    let one = |found: Vec<DayVisit>| found.into_iter().map(|visit| visit.id).collect::<Vec<_>>();
    assert_eq!(one(t.visits_by(date(2020, 2, 11), Pseudonym([2; 16])).await.expect("read")), [id(2)]);
    assert_eq!(one(t.visits_by(date(2020, 2, 10), Pseudonym([2; 16])).await.expect("read")), []);
    assert_eq!(t.visit_days().await.expect("read"), [date(2020, 2, 10), date(2020, 2, 11)]);
    let of_day = t.visits_of(date(2020, 2, 11), 1).await.expect("read");
    assert_eq!(one(of_day.clone()), [id(2)]);
    assert_eq!(t.count_visits_to(&of_day[0]).await.expect("read"), (1, 0));
    let both = t.visits_of(date(2020, 2, 11), 9).await.expect("read");
    assert_eq!(t.count_visits_to(&both[1]).await.expect("read"), (2, 1));
    assert_eq!(t.forget_visits_to(&of_day[0]).await.expect("forgotten"), 1);
    let rest = t.visits_of(date(2020, 2, 11), 9).await.expect("read");
    assert_eq!(one(rest.clone()), [id(1)]);
    assert_eq!(t.forget_visits_to(&rest[0]).await.expect("forgotten"), 1);
    assert_eq!(t.forget_visits_to(&rest[0]).await.expect("forgotten"), 0);
    assert_eq!(t.visit_days().await.expect("read"), [date(2020, 2, 10)]);
    let last = t.visits_of(date(2020, 2, 10), 9).await.expect("read");
    t.forget_visits_to(&last[0]).await.expect("forgotten");
    assert_eq!(t.visit_days().await.expect("read"), []);
}

/// Many visitors and many stretches of time are looked for at once; each visit that fits is there once.
pub async fn many_visits_are_found_by_visitors_and_by_stretches_of_time(store: &dyn Store) {
    let mut t = begin(store).await;
    let visit = |number: u8, day: i8, venue: &str, from: i64, to: Option<i64>| DayVisit {
        id: id(number),
        day: date(2020, 2, day),
        pseudonym: Pseudonym([number % 3; 16]),
        venue: venue.parse().expect("an id"),
        entered: at(from),
        left: to.map(at),
    };
    let all = [
        visit(1, 10, "v1", 0, Some(10)),
        visit(2, 10, "v1", 5, None),
        visit(3, 10, "v1", 20, Some(30)),
        visit(4, 10, "v2", 0, Some(99)),
        visit(5, 11, "v1", 0, Some(99)),
    ];
    t.add_visits(&all).await.expect("added");
    t.add_visits(&[]).await.expect("nothing to add");
    let one = |found: Vec<DayVisit>| found.into_iter().map(|visit| visit.id).collect::<Vec<_>>();
    let by = |day: i8, number: u8| (date(2020, 2, day), Pseudonym([number; 16]));
    let found = t.visits_by_any(&[by(10, 1), by(10, 0), by(11, 2), by(11, 1)]).await.expect("read");
    assert_eq!(one(found), [id(1), id(4), id(3), id(5)], "by day and entry");
    assert_eq!(t.visits_by_any(&[]).await.expect("read"), []);
    let span = |day: i8, venue: &str, from: i64, to: i64| VenueSpan {
        day: date(2020, 2, day),
        venue: venue.parse().expect("an id"),
        from: at(from),
        to: at(to),
    };
    let near = t.visits_near(&[span(10, "v1", 10, 20)]).await.expect("read");
    assert_eq!(one(near), [id(2)], "one has just left, one is about to come, one never left");
    let near = t.visits_near(&[span(10, "v1", 9, 21), span(10, "v1", 0, 6), span(11, "v1", 98, 99)]).await;
    assert_eq!(one(near.expect("read")), [id(1), id(2), id(3), id(5)], "each once");
    assert_eq!(t.visits_near(&[]).await.expect("read"), []);
    let again = t.add_visits(&[visit(9, 10, "v1", 0, None), visit(3, 12, "v9", 0, None)]).await;
    assert!(matches!(&again, Err(StoreError::Exists { id: of, .. }) if *of == id(3).as_str()), "{again:?}");
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

/// How often it is looked whether something was told, twenty times a second.
const HEARD_AFTER: usize = 400;

/// What is told is heard once by whoever goes on from their mark, also what was told first and committed last.
pub async fn what_is_told_is_heard_once_and_only_when_it_happened(store: &dyn Store) {
    async fn hear(store: &dyn Store, mark: &mut Option<Mark>) -> Vec<String> {
        let (next, mut told) = store.told_since(*mark).await.expect("heard");
        *mark = Some(next);
        told.sort();
        told
    }
    /// Hears on until as much was heard: whatever else runs on the same server may delay it.
    async fn hear_all(store: &dyn Store, mark: &mut Option<Mark>, count: usize) -> Vec<String> {
        let mut heard = Vec::new();
        for _ in 0..HEARD_AFTER {
            heard.extend(hear(store, mark).await);
            if heard.len() >= count {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        heard.sort();
        heard
    }
    async fn tell(store: &dyn Store, what: &str, seconds: i64) -> Box<dyn Transaction> {
        let mut t = begin(store).await;
        t.tell(&[what.to_owned(), format!("{what} too")], at(seconds)).await.expect("told");
        t
    }
    commit(tell(store, "before", 0).await).await;
    let mut mark = None;
    assert!(hear(store, &mut mark).await.is_empty(), "what was told before is not heard");
    commit(tell(store, "one", 1).await).await;
    let mut heard = hear_all(store, &mut mark, 2).await;
    // Something else that ran when the mark was taken may have put it before what was told then.
    if heard.iter().any(|what| what.starts_with("before")) {
        heard.extend(hear_all(store, &mut mark, 4 - heard.len()).await);
        heard.retain(|what| !what.starts_with("before"));
        heard.sort();
    }
    assert_eq!(heard, ["one", "one too"]);
    assert!(hear(store, &mut mark).await.is_empty(), "once");
    drop(tell(store, "never", 2).await);
    commit(tell(store, "two", 3).await).await;
    assert_eq!(hear_all(store, &mut mark, 2).await, ["two", "two too"]);
    let before = mark;
    commit(tell(store, "three", 4).await).await;
    store.forget_told(at(4)).await.expect("forgotten");
    assert_eq!(hear_all(store, &mut mark, 2).await, ["three", "three too"]);
    store.forget_told(at(5)).await.expect("forgotten");
    mark = before;
    assert!(hear(store, &mut mark).await.is_empty(), "it was forgotten");
}
