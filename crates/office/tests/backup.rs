//! Backups: whole or refused, from one database into the other, and nobody comes back who left.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod town;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use evidence::{PersonId, Symptom};
use jiff::civil::date;
use ledger::{KeyKind, LogReader, PrivateKey, Sign as _, Trust, verify_log};
use office::{Actor, BackupError, Clock as _, LogPlace, OfficeError, Role};
use rating::Language;
use store::{MasterKey, Store};
use town::{Town, beside_another, crashing::Crashing, officer, symptoms};

fn keys() -> MasterKey {
    MasterKey::new([3; 32], [4; 32])
}

fn operator() -> Actor {
    officer("operator-1", Role::Operator, "health/commission")
}

/// A town with a case among visitors of a bakery, and a log.
async fn filled(town: &Town) -> Vec<(PersonId, Actor)> {
    town.publish().await;
    let mut people = Vec::new();
    for number in 0..8 {
        let (person, actor) = town.person(&format!("Zhenya {number}"), Some("home-1")).await;
        town.office.declare(&actor, &person, symptoms(&[Symptom::Fever])).await.unwrap();
        town.office.check_in(&actor, &person, &town.code("bakery").await).await.unwrap();
        people.push((person, actor));
    }
    town.minutes(45).await;
    let investigator = officer("i-1", Role::Investigator, "health/commission");
    let _ = town.office.open_case(&investigator, &people[0].0, None).await;
    town.office.tick().await.unwrap();
    // Some entries wait for their places.
    town.publish().await;
    people
}

async fn backed_up(office: &office::Office) -> Vec<u8> {
    let mut bytes = Vec::new();
    office.back_up(&operator(), &mut bytes).await.unwrap();
    bytes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_moves_a_town_from_one_database_to_another_as_it_was() {
    beside_another(async |town, other| {
        let people = filled(&town).await;
        let bytes = backed_up(&town.office).await;
        let elsewhere = town.again(&other, keys());
        let restored = elsewhere.restore(&operator(), &mut &bytes[..], &BTreeSet::new()).await.unwrap();
        assert_eq!((restored.read, restored.forgotten), (restored.put_back, 0));
        assert!(
            restored.manifest.visits == 8 && restored.manifest.waiting > 0 && restored.manifest.entries > 0
        );
        assert_eq!(backed_up(&elsewhere).await, bytes, "the same town gives the same bytes");
        for (person, actor) in &people {
            let here = town.office.colour(actor, person, "", Language::En).await.unwrap();
            let there = elsewhere.colour(actor, person, "", Language::En).await.unwrap();
            assert_eq!(here.rating, there.rating);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn visits_in_partitions_go_along_and_a_case_finds_its_contacts_as_before() {
    beside_another(async |town, other| {
        filled(&town).await;
        let (anna, as_anna) = town.person("Anna", None).await;
        let (bo, as_bo) = town.person("Bo", None).await;
        for (person, actor) in [(&anna, &as_anna), (&bo, &as_bo)] {
            town.office.check_in(actor, person, &town.code("library").await).await.unwrap();
        }
        town.minutes(60).await;
        town.office.check_out(&as_anna, &anna).await.unwrap();
        town.office.check_out(&as_bo, &bo).await.unwrap();
        town.pass(24 * 4).await;
        let mut tx = town.store.begin().await.unwrap();
        assert_eq!(tx.visit_days().await.unwrap(), [], "they have moved out of the database");
        drop(tx);
        let bytes = backed_up(&town.office).await;
        let elsewhere = town.again(&other, keys());
        let restored = elsewhere.restore(&operator(), &mut &bytes[..], &BTreeSet::new()).await.unwrap();
        assert_eq!(restored.manifest.visits, 10);
        let onset = town.clock.now().checked_sub(jiff::SignedDuration::from_hours(24 * 3)).unwrap();
        let investigator = officer("inv-1", Role::Investigator, "cdc");
        let clinician = officer("clin-1", Role::Investigator, "hospital");
        elsewhere.open_case(&investigator, &anna, Some(onset)).await.unwrap();
        let waiting = elsewhere.statements(&clinician, &anna).await.unwrap();
        let stated = elsewhere.corroborate(&clinician, &waiting[0].0).await.unwrap();
        assert_eq!(stated.traced().unwrap().exposed, 1, "Bo was there");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_of_one_moment_while_others_go_on_and_names_nobody() {
    beside_another(async |town, other| {
        filled(&town).await;
        let office = town.office.clone();
        let writing = tokio::spawn(async move {
            for number in 0..20 {
                let given = office::Registration {
                    name: format!("Later {number}"),
                    ..office::Registration::default()
                };
                office.register(None, &given).await.unwrap();
            }
        });
        let bytes = backed_up(&town.office).await;
        writing.await.unwrap();
        for secret in ["Zhenya", "Later", "+86"] {
            assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{secret}");
        }
        for key in [[3_u8; 32], [4; 32]] {
            assert!(!bytes.windows(32).any(|part| part == key));
        }
        let elsewhere = town.again(&other, keys());
        let restored = elsewhere.restore(&operator(), &mut &bytes[..], &BTreeSet::new()).await.unwrap();
        let residents = restored.manifest.records["resident"];
        // Whoever is there has their key, and nobody's key is there without them.
        let day_keys = 1;
        assert_eq!(restored.manifest.keys, residents + day_keys);
        elsewhere.rerate_everybody().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_whole_backup_of_this_office_for_an_empty_database_is_refused() {
    beside_another(async |town, other| {
        filled(&town).await;
        let bytes = backed_up(&town.office).await;
        let nobody = BTreeSet::new();
        let again = town.office.restore(&operator(), &mut &bytes[..], &nobody).await;
        assert!(matches!(again, Err(OfficeError::Backup(BackupError::NotEmpty))));
        let elsewhere = town.again(&other, keys());
        let half = elsewhere.restore(&operator(), &mut &bytes[..bytes.len() / 2], &nobody).await;
        assert!(matches!(half, Err(OfficeError::Backup(BackupError::Half(_)))), "{half:?}");
        let mut changed = bytes.clone();
        changed[bytes.len() / 3] ^= 1;
        assert!(elsewhere.restore(&operator(), &mut &changed[..], &nobody).await.is_err());
        let stranger = town.again(&other, MasterKey::new([9; 32], [4; 32]));
        let sealed = stranger.restore(&operator(), &mut &bytes[..], &nobody).await;
        assert!(matches!(sealed, Err(OfficeError::Backup(BackupError::MasterKey))));
        let desk = officer("desk-1", Role::Desk, "health/commission");
        assert!(matches!(
            elsewhere.back_up(&desk, &mut Vec::new()).await,
            Err(OfficeError::Forbidden { .. })
        ));
        assert!(other.begin().await.unwrap().is_empty().await.unwrap(), "nothing was put back");
        elsewhere.restore(&operator(), &mut &bytes[..], &nobody).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restore_that_dies_at_any_write_leaves_an_empty_database() {
    beside_another(async |town, other| {
        filled(&town).await;
        let bytes = backed_up(&town.office).await;
        let writes_left = Arc::new(AtomicI64::new(-1));
        let dying: Arc<dyn Store> =
            Arc::new(Crashing { store: Arc::clone(&other), writes_left: Arc::clone(&writes_left) });
        let elsewhere = town.again(&dying, keys());
        let mut lives = 0;
        loop {
            writes_left.store(lives, Ordering::SeqCst);
            let done = elsewhere.restore(&operator(), &mut &bytes[..], &BTreeSet::new()).await;
            writes_left.store(-1, Ordering::SeqCst);
            if done.is_ok() {
                break;
            }
            assert!(other.begin().await.unwrap().is_empty().await.unwrap(), "after {lives} writes");
            lives += 7;
        }
        assert!(lives > 50, "{lives}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_an_old_backup_brings_nobody_back_who_left_and_no_visits_whose_time_is_over() {
    beside_another(async |town, other| {
        let people = filled(&town).await;
        let bytes = backed_up(&town.office).await;
        let (gone, gone_actor) = &people[3];
        town.office.erase(gone_actor, gone).await.unwrap();
        let erased = town.office.erased(&operator()).await.unwrap();
        assert_eq!(erased.len(), 1);
        town.pass(24 * 16).await;

        let elsewhere = town.again(&other, keys());
        let restored = elsewhere.restore(&operator(), &mut &bytes[..], &erased).await.unwrap();
        assert!(restored.forgotten > 1, "record, key and evidence: {restored:?}");
        let ticked = elsewhere.tick().await.unwrap();
        assert!(ticked.days_destroyed > 0);
        let mut tx = other.begin().await.unwrap();
        assert_eq!(tx.key(&format!("person/{gone}")).await.unwrap(), None);
        assert_eq!(tx.all_about(gone).await.unwrap(), []);
        assert_eq!(tx.key_names("day/", "", 9).await.unwrap(), [] as [&str; 0]);
        assert_eq!(tx.visits_of(date(2020, 2, 12), 1000).await.unwrap(), []);
        drop(tx);
        assert!(elsewhere.colour(gone_actor, gone, "", Language::En).await.is_err());
        let (other_person, other_actor) = &people[4];
        elsewhere.colour(other_actor, other_person, "", Language::En).await.unwrap();
    })
    .await;
}

/// The files of a log in memory.
#[derive(Default)]
struct Files(Mutex<BTreeMap<String, Vec<u8>>>);

impl LogReader for Files {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.0.lock().unwrap().read(path)
    }
}

impl LogPlace for Files {
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.0.lock().unwrap().insert(path.to_owned(), bytes.to_vec());
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r8_what_was_published_after_a_backup_is_not_told_otherwise() {
    beside_another(async |town, other| {
        filled(&town).await;
        let key = PrivateKey::from_seed("log.example.org/health", KeyKind::Log, [1; 32]).unwrap();
        let files = Files::default();
        let bytes = backed_up(&town.office).await;
        // One entry waited in the backup and is published afterwards, others come later.
        town.office.tick().await.unwrap();
        town.publish().await;
        town.office.tick().await.unwrap();
        let size = town.office.publish_log(&files, &key).await.unwrap();

        let elsewhere = town.again(&other, keys());
        let restored = elsewhere.restore(&operator(), &mut &bytes[..], &BTreeSet::new()).await.unwrap();
        let (before, waiting) = (restored.manifest.entries, restored.manifest.waiting);
        assert!(waiting > 0 && size > before + waiting);
        assert!(elsewhere.publish_log(&files, &key).await.is_err(), "it would be a second story");
        let adopted = elsewhere.adopt_published(&operator(), &files, &key).await.unwrap();
        assert_eq!(adopted, size - before);
        assert_eq!(elsewhere.adopt_published(&operator(), &files, &key).await.unwrap(), 0);
        elsewhere.tick().await.unwrap();
        assert_eq!(
            elsewhere.publish_log(&files, &key).await.unwrap(),
            size,
            "what waited was not logged twice"
        );
        let trust = Trust::new(key.key().clone(), Vec::new(), 0).unwrap();
        assert_eq!(verify_log(&files, &trust, None).unwrap().head.size, size);

        // Both go on by themselves: now there are two stories, and neither takes over the other's.
        let policy = officer("policy-1", Role::Policy, "health/commission");
        town.minutes(5).await;
        town.publish().await;
        town.minutes(5).await;
        for _ in 0..2 {
            elsewhere.publish(&policy, town::PROPORTIONATE).await.unwrap();
        }
        town.office.tick().await.unwrap();
        elsewhere.tick().await.unwrap();
        town.office.publish_log(&files, &key).await.unwrap();
        let refused = elsewhere.adopt_published(&operator(), &files, &key).await;
        assert!(matches!(refused, Err(OfficeError::Refused { .. })), "{refused:?}");
    })
    .await;
}
