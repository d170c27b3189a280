//! Keys are replaced while people go on, and whenever it dies.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod town;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use evidence::Symptom;
use jiff::SignedDuration;
use ledger::{KeyChange, KeyUse, Logged, Sha256Hash};
use office::{Actor, KeySource, Office, OfficeError, Resealed, Role, SigningKeyChange};
use rating::Language;
use store::{MasterKey, Store};
use town::{Town, crashing::Crashing, everywhere, officer, symptoms};

fn old() -> MasterKey {
    MasterKey::new([3; 32], [4; 32])
}

fn new() -> MasterKey {
    MasterKey::new([5; 32], [4; 32])
}

fn operator() -> Actor {
    officer("operator-1", Role::Operator, "health/commission")
}

async fn can_be_read(office: &Office, actor: &Actor) -> bool {
    let Actor::Resident(person) = actor else { panic!("a resident") };
    office.colour(actor, person, "", Language::En).await.is_ok()
}

/// People with declarations, and days with visits.
async fn filled(town: &Town) -> Vec<Actor> {
    town.publish().await;
    let mut people = Vec::new();
    for number in 0..12 {
        let (person, actor) = town.person(&format!("Anna {number}"), None).await;
        town.office.declare(&actor, &person, symptoms(&[Symptom::Fever])).await.unwrap();
        town.office.check_in(&actor, &person, &town.code("bakery").await).await.unwrap();
        town.minutes(60 * 6).await;
        people.push(actor);
    }
    people
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_master_key_is_replaced_whenever_it_dies_and_nobody_is_lost() {
    everywhere(200, async |town| {
        let people = filled(&town).await;
        let writes_left = Arc::new(AtomicI64::new(-1));
        let dying: Arc<dyn Store> =
            Arc::new(Crashing { store: Arc::clone(&town.store), writes_left: Arc::clone(&writes_left) });
        let (mut deaths, mut total) = (0, Resealed::default());
        for lives in 0.. {
            writes_left.store(lives, Ordering::SeqCst);
            let replacing = town.again(&dying, new().following([3; 32]));
            let done = replacing.reseal(&operator()).await;
            writes_left.store(-1, Ordering::SeqCst);
            // Wherever it died: who has both keys reads everybody.
            let both = town.again(&town.store, new().following([3; 32]));
            for person in &people {
                assert!(can_be_read(&both, person).await, "after {lives} writes");
            }
            match done {
                Ok(resealed) => {
                    total = resealed;
                    break;
                }
                Err(_) => deaths += 1,
            }
        }
        assert!(deaths > people.len(), "it died between any two writes: {deaths}");
        assert_eq!(total.read, total.resealed + total.left);
        let replaced = town.again(&town.store, new());
        assert_eq!(replaced.sealed_otherwise(&operator()).await.unwrap(), 0);
        for person in &people {
            assert!(can_be_read(&replaced, person).await);
        }
        let again = replaced.reseal(&operator()).await.unwrap();
        assert_eq!((again.resealed, again.left), (0, again.read), "it was done");
    })
    .await;
}

#[derive(Debug)]
struct File;

impl KeySource for File {
    fn master_key(&self) -> Option<MasterKey> {
        Some(new().following([3; 32]))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_office_seals_nothing_under_the_replaced_key_and_reads_the_new_one() {
    everywhere(200, async |town| {
        let people = filled(&town).await;
        let open = town.again(&town.store, old());
        let reading = town.again(&town.store, old()).fetching_keys(Arc::new(File));
        assert!(can_be_read(&open, &people[0]).await && can_be_read(&reading, &people[0]).await);
        let replacing = town.again(&town.store, new().following([3; 32]));
        replacing.reseal(&operator()).await.unwrap();
        let given =
            |name: &str| office::Registration { name: name.to_owned(), ..office::Registration::default() };
        let refused = open.register(None, &given("Ben")).await;
        assert!(matches!(refused, Err(OfficeError::Sealed(_))), "{refused:?}");
        assert!(!can_be_read(&open, &people[0]).await);
        assert!(can_be_read(&reading, &people[0]).await);
        let ben = Actor::Resident(reading.register(None, &given("Ben")).await.unwrap());
        assert_eq!(replacing.sealed_otherwise(&operator()).await.unwrap(), 0, "nobody was left behind");
        assert!(can_be_read(&town.again(&town.store, new()), &ben).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r25_a_change_of_keys_that_sign_is_in_the_public_log() {
    everywhere(200, async |town| {
        let to = office::Clock::now(&*town.clock).checked_add(SignedDuration::from_hours(24 * 90)).unwrap();
        let change = |seed: u8, change| SigningKeyChange {
            purpose: KeyUse::Passes,
            name: "health/commission".parse().unwrap(),
            public_key: Sha256Hash([seed; 32]),
            change,
            to,
        };
        let changes = [change(1, KeyChange::Retired), change(2, KeyChange::Added)];
        let desk = officer("desk-1", Role::Desk, "health/commission");
        assert!(matches!(
            town.office.announce_keys(&desk, &changes).await,
            Err(OfficeError::Forbidden { .. })
        ));
        town.office.announce_keys(&operator(), &changes).await.unwrap();
        town.office.tick().await.unwrap();
        let mut logged: Vec<(Sha256Hash, KeyChange)> = Vec::new();
        for entry in town.office.log_entries(0, 9).await.unwrap() {
            if let Logged::KeyChanged { public_key, change, .. } = entry.what() {
                logged.push((*public_key, *change));
            }
        }
        logged.sort();
        assert_eq!(
            logged,
            [(Sha256Hash([1; 32]), KeyChange::Retired), (Sha256Hash([2; 32]), KeyChange::Added)]
        );
    })
    .await;
}
