//! Bundles in and out of an office: counted, approved by another body, and never twice.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod town;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use evidence::{
    About, Case, CaseStatus, Effect, HouseholdMember, Level, Person, PersonId, RuledReason, Ruling, Test,
    TestMethod, TestResult, Visit,
};
use jiff::{SignedDuration, Timestamp};
use ledger::{HoldReason, Logged, Sha256Hash};
use office::{
    Actor, Clock as _, ImportCount, ImportRow, ImportStage, ImportWanted, Imported, Office, OfficeError,
    Officer, Role,
};
use store::{MasterKey, RecordId, Store};
use town::{crashing::Crashing, everywhere, officer};

fn keys() -> MasterKey {
    MasterKey::new([3; 32], [4; 32])
}

fn operator() -> Actor {
    officer("operator-1", Role::Operator, "health/commission")
}

fn beside(role: Role, body: &str) -> Officer {
    match officer(&format!("{}-of-{}", role.word(), body.replace('/', "-")), role, body) {
        Actor::Officer(officer) => officer,
        Actor::Resident(_) => panic!("an officer"),
    }
}

fn province() -> Officer {
    beside(Role::Investigator, "health/province")
}

fn oversight() -> Officer {
    beside(Role::Oversight, "oversight/city")
}

fn id(number: usize) -> PersonId {
    format!("p{number:04}").parse().unwrap()
}

fn person(number: usize) -> ImportRow {
    ImportRow::Person(Person { person: id(number), birth_year: None, sex: None, region: None, area: None })
}

fn positive(number: usize, at: Timestamp) -> ImportRow {
    let says = Test {
        test: format!("t{number}").parse().unwrap(),
        sampled: at,
        reported: Some(at),
        method: TestMethod::Pcr,
        result: TestResult::Positive,
    };
    ImportRow::Test(About { person: id(number), says })
}

/// A home and a bakery, with a case who was there.
fn rows(now: Timestamp) -> Vec<ImportRow> {
    let hour = SignedDuration::from_hours(1);
    let mut rows: Vec<ImportRow> = (0..6).map(person).collect();
    for number in [0, 1] {
        let household = "home-1".parse().unwrap();
        rows.push(ImportRow::Household(HouseholdMember { household, person: id(number) }));
    }
    for number in [0, 2, 3] {
        let says =
            Visit { venue: "bakery".parse().unwrap(), entered: now - 5 * hour, left: Some(now - 4 * hour) };
        rows.push(ImportRow::Visit(About { person: id(number), says }));
    }
    let says = Test {
        test: "t9".parse().unwrap(),
        sampled: now - hour,
        reported: Some(now - hour),
        method: TestMethod::Antigen,
        result: TestResult::Negative,
    };
    rows.push(ImportRow::Test(About { person: id(5), says }));
    let says = Case {
        case: "c1".parse().unwrap(),
        status: CaseStatus::Confirmed,
        onset: Some(now - 24 * hour),
        confirmed: Some(now - hour),
        isolated: Some(now - hour),
        recovered: None,
    };
    rows.push(ImportRow::Case(About { person: id(0), says }));
    rows
}

fn ruling(number: usize, now: Timestamp) -> ImportRow {
    let says = Ruling {
        ruling: format!("r{number}").parse().unwrap(),
        reason: "telling-symptoms".parse::<RuledReason>().unwrap(),
        effect: Effect::Set(Level::Red),
        from: now,
        to: now + SignedDuration::from_hours(24),
        ground: "medical-risk".to_owned(),
        by: "a".parse().unwrap(),
        second: Some("b".parse().unwrap()),
    };
    ImportRow::Ruling(About { person: id(number), says })
}

fn wanted(seed: u8, rows: &[ImportRow]) -> ImportWanted {
    let restricting = rows.iter().filter(|row| row.restricts()).count() as u64;
    ImportWanted {
        source: "linelist".to_owned(),
        bundle: Sha256Hash([seed; 32]),
        rows: rows.len() as u64,
        restricting,
    }
}

/// Takes rows in, three in a transaction.
async fn take(office: &Office, import: &RecordId, rows: &[ImportRow]) -> Result<ImportCount, OfficeError> {
    let mut count = ImportCount::default();
    for some in rows.chunks(3) {
        for imported in office.import(&operator(), import, some).await? {
            count.add(imported);
        }
    }
    Ok(count)
}

async fn everything(store: &Arc<dyn Store>) -> Vec<(String, usize)> {
    let mut tx = store.begin().await.unwrap();
    let mut counts: Vec<(String, usize)> = Vec::new();
    for record in tx.records_after(None, 100_000).await.unwrap() {
        match counts.last_mut() {
            Some((kind, number)) if *kind == record.kind => *number += 1,
            _ => counts.push((record.kind, 1)),
        }
    }
    counts.push(("visits".to_owned(), tx.visits_after(None, 100_000).await.unwrap().len()));
    // Who was told what depends on how often it was tried; what is known does not.
    let known = ["resident", "household", "evidence", "imported_visit", "import", "rated", "visits"];
    counts.retain(|(kind, _)| known.contains(&kind.as_str()));
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r17_rows_read_are_taken_or_rejected_and_a_second_time_adds_nothing() {
    everywhere(200, async |town| {
        town.publish().await;
        let now = town.clock.now();
        let mut all = rows(now);
        all.push(ruling(3, now));
        all.push(positive(99, now));
        let want = wanted(1, &all);
        let (import, stage) = town.office.begin_import(&operator(), &want, &[province()]).await.unwrap();
        assert_eq!(stage, ImportStage::Open);
        let count = take(&town.office, &import, &all).await.unwrap();
        assert_eq!(count, ImportCount { read: 15, taken: 13, there: 0, rejected: 2 });
        town.office.end_import(&operator(), &import, want.bundle).await.unwrap();
        let before = everything(&town.store).await;
        let exposed = before.iter().find(|(kind, _)| kind == "evidence").unwrap().1 - 2;
        assert_eq!(exposed, 3, "who lives with the case, and two at the bakery");

        let (again, stage) = town.office.begin_import(&operator(), &want, &[province()]).await.unwrap();
        assert_eq!((again, stage), (import.clone(), ImportStage::Done));
        let count = take(&town.office, &import, &all).await.unwrap();
        assert_eq!(count, ImportCount { read: 15, taken: 13, there: 13, rejected: 2 });
        assert_eq!(everything(&town.store).await, before);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_dies_at_any_write_and_goes_on_ends_the_same() {
    everywhere(200, async |town| {
        town.publish().await;
        let all = rows(town.clock.now());
        let want = wanted(1, &all);
        let writes_left = Arc::new(AtomicI64::new(-1));
        let dying: Arc<dyn Store> =
            Arc::new(Crashing { store: Arc::clone(&town.store), writes_left: Arc::clone(&writes_left) });
        let office = town.again(&dying, keys());
        let mut deaths = 0;
        for lives in (1..).step_by(3) {
            writes_left.store(lives, Ordering::SeqCst);
            let done = async {
                let (import, _) = office.begin_import(&operator(), &want, &[province()]).await?;
                let count = take(&office, &import, &all).await?;
                office.end_import(&operator(), &import, want.bundle).await?;
                Ok::<_, OfficeError>(count)
            };
            match done.await {
                Ok(count) => {
                    assert_eq!((count.taken, count.rejected), (13, 0));
                    break;
                }
                Err(_) => deaths += 1,
            }
        }
        writes_left.store(-1, Ordering::SeqCst);
        assert!(deaths > 5, "{deaths}");
        let counts = everything(&town.store).await;
        let number = |kind: &str| counts.iter().find(|(of, _)| of == kind).map_or(0, |(_, number)| *number);
        assert_eq!((number("resident"), number("evidence"), number("visits")), (6, 2 + 3, 3), "{counts:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r4_an_import_turns_nobody_red_without_another_body_and_never_by_a_ruling() {
    everywhere(200, async |town| {
        town.publish().await;
        let now = town.clock.now();
        let all = [person(1), positive(1, now), ruling(1, now)];
        let want = wanted(1, &all);
        let own = beside(Role::Investigator, "health/commission");
        for nobody in [&[][..], &[own], &[beside(Role::Operator, "health/province")]] {
            let (import, stage) = town.office.begin_import(&operator(), &want, nobody).await.unwrap();
            assert_eq!(stage, ImportStage::Waiting);
            assert!(town.office.import(&operator(), &import, &all).await.is_err());
        }
        let desk = officer("desk-1", Role::Desk, "health/commission");
        let forbidden = town.office.begin_import(&desk, &want, &[province()]).await;
        assert!(matches!(forbidden, Err(OfficeError::Forbidden { .. })));
        let (import, _) = town.office.begin_import(&operator(), &want, &[province()]).await.unwrap();
        let more = [person(1), positive(1, now), person(2), positive(2, now)];
        let refused = town.office.import(&operator(), &import, &more).await;
        assert!(matches!(refused, Err(OfficeError::Refused { .. })), "more than was approved");
        let imported = town.office.import(&operator(), &import, &all).await.unwrap();
        assert!(
            matches!(imported[..], [Imported::New, Imported::New, Imported::Rejected(_)]),
            "{imported:?}"
        );
        let other = town.office.end_import(&operator(), &import, Sha256Hash([9; 32])).await;
        assert!(matches!(other, Err(OfficeError::Refused { .. })), "the bundle was changed");
        town.office.tick().await.unwrap();
        let kinds: Vec<Logged> =
            town.office.log_entries(0, 99).await.unwrap().iter().map(|entry| entry.what().clone()).collect();
        let held =
            |what: &&Logged| matches!(what, Logged::BatchHeld { reason: HoldReason::Uncorroborated, .. });
        assert_eq!(kinds.iter().filter(held).count(), 1, "the attempt is logged once");
        assert!(kinds.iter().any(|what| matches!(what, Logged::EvidenceImported { .. })));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_many_who_would_be_restricted_in_a_day_are_held_also_in_small_bundles() {
    everywhere(200, async |town| {
        town.publish().await;
        let now = town.clock.now();
        let bundle = |from: usize| -> Vec<ImportRow> {
            (from..from + 12).flat_map(|number| [person(number), positive(number, now)]).collect()
        };
        let (first, second) = (bundle(0), bundle(100));
        let (import, _) =
            town.office.begin_import(&operator(), &wanted(1, &first), &[province()]).await.unwrap();
        take(&town.office, &import, &first).await.unwrap();
        let want = wanted(2, &second);
        let (held, stage) = town.office.begin_import(&operator(), &want, &[province()]).await.unwrap();
        assert_eq!(stage, ImportStage::Held);
        assert!(town.office.import(&operator(), &held, &second).await.is_err());
        let watching = Actor::Officer(oversight());
        let seen = town.office.held_imports(&watching).await.unwrap();
        assert_eq!((seen.len(), seen[0].1.restricting), (1, 12));
        for theirs in ["health/province", "health/commission"] {
            let refused =
                town.office.release_import(&Actor::Officer(beside(Role::Oversight, theirs)), &held).await;
            assert!(matches!(refused, Err(OfficeError::Forbidden { .. })), "{theirs}");
        }
        town.office.release_import(&watching, &held).await.unwrap();
        take(&town.office, &held, &second).await.unwrap();
        let zhengzhou = bundle(1_000).into_iter().chain(bundle(2_000)).collect::<Vec<_>>();
        let want = wanted(3, &zhengzhou);
        let (_, stage) = town.office.begin_import(&operator(), &want, &[province()]).await.unwrap();
        assert_eq!(stage, ImportStage::Held);
        let (_, stage) = town.office.begin_import(&operator(), &want, &[oversight()]).await.unwrap();
        assert_eq!(stage, ImportStage::Open, "both stood beside it");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_whoever_left_does_not_come_back_by_an_import_and_old_evidence_does_not_enter() {
    everywhere(200, async |town| {
        town.publish().await;
        let now = town.clock.now();
        let all = [person(1), positive(1, now - SignedDuration::from_hours(24 * 100))];
        let want = wanted(1, &all);
        let (import, _) = town.office.begin_import(&operator(), &want, &[province()]).await.unwrap();
        let imported = town.office.import(&operator(), &import, &all).await.unwrap();
        assert!(matches!(imported[..], [Imported::New, Imported::Rejected(_)]), "{imported:?}");
        let mut tx = town.store.begin().await.unwrap();
        let here = tx.records_after(None, 999).await.unwrap();
        let here = here.iter().find(|record| record.kind == "resident").unwrap().person.clone().unwrap();
        drop(tx);
        town.office.erase(&Actor::Resident(here.clone()), &here).await.unwrap();
        let again = town.office.import(&operator(), &import, &all[..1]).await.unwrap();
        assert!(matches!(again[..], [Imported::Rejected(_)]), "{again:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_everybodys_evidence_leaves_only_with_another_body_and_everybody_sees_it() {
    everywhere(200, async |town| {
        town.publish().await;
        let (anna, actor) = town.person("Anna", Some("home-1")).await;
        town.office.declare(&actor, &anna, town::symptoms(&[evidence::Symptom::Fever])).await.unwrap();
        let purpose = "handover to the province";
        let own = beside(Role::Reviewer, "health/commission");
        for nobody in [&[][..], &[own]] {
            let refused = town.office.begin_whole_export(&operator(), purpose, nobody).await;
            assert!(matches!(refused, Err(OfficeError::Refused { .. })), "{refused:?}");
        }
        let export = town.office.begin_whole_export(&operator(), purpose, &[province()]).await.unwrap();
        let (rows, last) = town.office.export_some(&operator(), &export, None).await.unwrap();
        assert_eq!((rows.len(), rows[0].evidence.len()), (1, 1));
        assert!(!format!("{rows:?}").contains("Anna"));
        let (none, last) = town.office.export_some(&operator(), &export, last.as_ref()).await.unwrap();
        assert!(none.is_empty() && last.is_none());
        let seen = town.office.accesses(&actor, &anna, "").await.unwrap();
        let access = seen.iter().find(|access| access.purpose == purpose).unwrap();
        assert!(access.part.contains("approved by health/province"), "{access:?}");
        town.minutes(25 * 60).await;
        let late = town.office.export_some(&operator(), &export, None).await;
        assert!(matches!(late, Err(OfficeError::Refused { .. })), "an approval is for a day");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r3_who_brought_evidence_in_decides_no_appeal_against_it() {
    everywhere(200, async |town| {
        town.publish().await;
        let all = [person(1), positive(1, town.clock.now())];
        let want = wanted(1, &all);
        let approving = beside(Role::Reviewer, "health/province");
        let (import, _) =
            town.office.begin_import(&operator(), &want, std::slice::from_ref(&approving)).await.unwrap();
        take(&town.office, &import, &all).await.unwrap();
        let mut tx = town.store.begin().await.unwrap();
        let key = tx.key_names("person/", "", 2).await.unwrap().pop().unwrap();
        drop(tx);
        let tested: PersonId = key.trim_start_matches("person/").parse().unwrap();
        let desk = officer("desk-1", Role::Desk, "health/commission");
        let words = "The sample was not mine.";
        let appeal = town.office.appeal(&desk, &tested, "positive-test", words, &[]).await.unwrap();
        let approved = Actor::Officer(approving);
        let refused = town.office.decide(&approved, &appeal, false, "It is as it is.").await;
        assert!(matches!(refused, Err(OfficeError::Forbidden { .. })), "{refused:?}");
        let other = officer("review-9", Role::Reviewer, "health/province");
        town.office.decide(&other, &appeal, true, "The samples were swapped.").await.unwrap();
    })
    .await;
}
