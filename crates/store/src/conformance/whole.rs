//! A store is read as a whole, and put back.

use std::sync::Arc;

use jiff::civil::date;

use super::{at, begin, commit, id, person, record};
use crate::{DayVisit, Pseudonym, Record, Store, StoreError};

/// What is read in order from one store and put back into another is the same, versions included.
pub async fn what_is_read_as_a_whole_can_be_put_back(store: &dyn Store, other: &dyn Store) {
    let mut t = begin(store).await;
    assert!(t.is_empty().await.expect("read"));
    let first = Record { person: Some(person(1)), due: Some(at(3)), ..record("task", 2) };
    t.add(&first).await.expect("added");
    let second = Record { version: 2, lookup: Some(vec![7]), keep_until: Some(at(9)), ..first };
    t.replace(&second).await.expect("replaced");
    t.add(&record("task", 1)).await.expect("added");
    t.add(&record("case", 3)).await.expect("added");
    for (name, sealed) in [("person/b", [1]), ("person/a", [2])] {
        t.put_key(name, &sealed).await.expect("put");
    }
    let visit = DayVisit {
        id: id(5),
        day: date(2020, 2, 11),
        pseudonym: Pseudonym([5; 16]),
        venue: "v".parse().expect("an id"),
        entered: at(1),
        left: None,
    };
    t.add_visit(&visit).await.expect("added");
    for number in 1..=3 {
        t.hand_in(&id(number), &[number]).await.expect("handed in");
    }
    t.place_entries(2).await.expect("placed");
    commit(t).await;

    let (mut from, mut to) = (store.begin_reading().await.expect("a transaction"), begin(other).await);
    assert!(!from.is_empty().await.expect("read"));
    let records = from.records_after(None, 2).await.expect("read");
    assert_eq!(records, [record("case", 3), record("task", 1)]);
    let rest = from.records_after(Some(("task", &id(1))), 9).await.expect("read");
    assert_eq!(rest, [second]);
    for record in records.iter().chain(&rest) {
        to.put_back(record).await.expect("put back");
        assert!(matches!(to.put_back(record).await, Err(StoreError::Exists { .. })));
    }
    let keys = from.keys_after("", 9).await.expect("read");
    assert_eq!(keys, [("person/a".to_owned(), vec![2]), ("person/b".to_owned(), vec![1])]);
    assert_eq!(from.keys_after("person/a", 9).await.expect("read"), keys[1..]);
    let visits = from.visits_after(None, 9).await.expect("read");
    assert_eq!(visits, [visit]);
    assert_eq!(from.visits_after(Some(&id(5)), 9).await.expect("read"), []);
    assert_eq!(from.handed_in_after(None, 9).await.expect("read"), [(id(3), vec![3])]);
    for (place, (id, entry)) in from.log_entries(0, 9).await.expect("read").iter().enumerate() {
        to.put_back_entry(place as u64, id, entry).await.expect("put back");
        let again = to.put_back_entry(place as u64, id, entry).await;
        assert!(matches!(again, Err(StoreError::Exists { .. })));
    }
    to.hand_in(&id(3), &[3]).await.expect("handed in");
    to.put_back_entry(2, &id(3), &[3]).await.expect("it waits no longer");
    assert_eq!(to.place_entries(9).await.expect("placed"), 0);
    assert_eq!(to.log_size().await.expect("read"), 3);
    commit(to).await;
    assert_eq!(begin(other).await.records_after(None, 9).await.expect("read").len(), 3);
}

/// A transaction that reads sees one moment, whatever is written meanwhile, and is in no writer's way.
pub async fn who_reads_sees_one_moment_and_is_in_nobodys_way(store: Arc<dyn Store>) {
    let mut t = begin(&*store).await;
    t.add(&record("case", 1)).await.expect("added");
    commit(t).await;
    let mut reading = store.begin_reading().await.expect("a transaction");
    assert_eq!(reading.records_after(None, 9).await.expect("read").len(), 1);
    let mut t = begin(&*store).await;
    t.add(&record("case", 2)).await.expect("added");
    t.put_key("person/a", &[1]).await.expect("put");
    commit(t).await;
    assert_eq!(reading.records_after(None, 9).await.expect("read").len(), 1);
    assert_eq!(reading.keys_after("", 9).await.expect("read"), []);
}
