//! A town to try the office in: a clock that is set by hand, random bytes that repeat, and both databases.

#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

pub mod crashing;
pub mod passes;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
};

use contacts::Profile;
use evidence::{CaseId, PersonId, Symptom, Symptoms, Test, TestMethod, TestResult, VenueId};
use issuer::SoftwareKey;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use office::{
    Actor, Clock, Office, Officer, Randomness, Registration, Role, Stated, Traced, VenueCode, VenueGiven,
};
use sqlx::{Connection as _, PgConnection};
use store::{MasterKey, Objects, Store};
use store_objects::StoredObjects;
use store_postgres::PostgresStore;
use store_sqlite::SqliteStore;

/// A clock that is set by hand.
#[derive(Debug)]
pub struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

impl Hands {
    pub fn set(&self, at: Timestamp) {
        self.0.store(at.as_microsecond(), Ordering::SeqCst);
    }
}

/// Numbers that look random and repeat from a seed (SplitMix64).
#[derive(Debug)]
pub struct Repeating(Mutex<u64>);

impl Randomness for Repeating {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap();
        for byte in bytes {
            *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = (*state ^ (*state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            *byte = (mixed >> 40) as u8;
        }
    }
}

pub struct Town {
    pub office: Office,
    pub store: Arc<dyn Store>,
    pub clock: Arc<Hands>,
    pub profile: Profile,
    venues: Mutex<BTreeMap<String, (VenueId, VenueCode)>>,
    /// Where the visits of days that are over lie.
    pub objects: Arc<dyn Objects>,
    /// The database's file, where it has one.
    pub file: Option<PathBuf>,
    /// The database's address, where it has one.
    pub address: Option<String>,
}

/// The key that signs deletion records.
pub fn documents_key() -> SoftwareKey {
    SoftwareKey::generate(&mut |bytes| bytes.fill(5))
}

pub fn officer(name: &str, role: Role, body: &str) -> Actor {
    Actor::Officer(Officer { officer: name.parse().unwrap(), role, body: body.parse().unwrap() })
}

pub fn symptoms(all: &[Symptom]) -> Symptoms {
    all.iter().copied().collect()
}

pub const PROPORTIONATE: &str = include_str!("../../../../rulesets/proportionate.toml");

impl Town {
    pub fn new(
        store: Arc<dyn Store>,
        objects: Arc<dyn Objects>,
        ask_above: u64,
        file: Option<PathBuf>,
    ) -> Self {
        let start: Timestamp = "2020-02-12T08:00:00+08:00".parse().unwrap();
        let clock = Arc::new(Hands(AtomicI64::new(start.as_microsecond())));
        let profile = Profile::SARS_COV_2.replace("ask_above = 200", &format!("ask_above = {ask_above}"));
        let profile = Profile::parse(profile.as_bytes()).unwrap();
        let randomness = Arc::new(Repeating(Mutex::new(7)));
        let keys = MasterKey::new([3; 32], [4; 32]);
        let office = Office::new(
            Arc::clone(&store),
            keys,
            Arc::clone(&clock) as _,
            randomness,
            profile.clone(),
            "health/commission".parse().unwrap(),
        );
        let office = office
            .in_time_zone(TimeZone::get("Asia/Shanghai").unwrap())
            .moving_visits_to(Arc::clone(&objects))
            .signing_documents(Arc::new(documents_key()));
        Town { office, store, clock, profile, venues: Mutex::default(), objects, file, address: None }
    }

    /// The same office in the same or another store, with another master key or its own.
    pub fn again(&self, store: &Arc<dyn Store>, keys: MasterKey) -> Office {
        let randomness = Arc::new(Repeating(Mutex::new(8)));
        let profile = Profile::parse(Profile::SARS_COV_2.as_bytes()).unwrap();
        let body = "health/commission".parse().unwrap();
        Office::new(Arc::clone(store), keys, Arc::clone(&self.clock) as _, randomness, profile, body)
    }

    /// Lets time pass; what is due happens.
    pub async fn pass(&self, hours: i64) -> office::Ticked {
        let later = SignedDuration::from_hours(hours).as_micros() as i64;
        self.clock.0.fetch_add(later, Ordering::SeqCst);
        self.office.tick().await.unwrap()
    }

    pub async fn minutes(&self, minutes: i64) {
        self.clock.0.fetch_add(minutes * 60_000_000, Ordering::SeqCst);
    }

    pub async fn publish(&self) {
        let policy = officer("policy-1", Role::Policy, "health/commission");
        self.office.publish(&policy, PROPORTIONATE).await.unwrap();
    }

    /// The code at a venue's door; registered when it is first asked for.
    pub async fn code(&self, name: &str) -> VenueCode {
        self.venue(name).await.1
    }

    /// A venue with its code.
    pub async fn venue(&self, name: &str) -> (VenueId, VenueCode) {
        if let Some(known) = self.venues.lock().unwrap().get(name) {
            return known.clone();
        }
        let desk = officer("desk-1", Role::Desk, "district/office");
        let given = VenueGiven { name: name.to_owned(), kind: "shop".parse().unwrap(), position: None };
        let registered = self.office.register_venue(&desk, &given).await.unwrap();
        self.venues.lock().unwrap().insert(name.to_owned(), registered.clone());
        registered
    }

    /// Registers somebody who does it themselves.
    pub async fn person(&self, name: &str, household: Option<&str>) -> (PersonId, Actor) {
        let given = Registration {
            name: name.to_owned(),
            identity: Some(format!("ID-{name}")),
            contact: Some(format!("tel:+86 571 {name}")),
            household: household.map(|home| home.parse().unwrap()),
            ..Registration::default()
        };
        let person = self.office.register(None, &given).await.unwrap();
        let actor = Actor::Resident(person.clone());
        (person, actor)
    }

    /// Opens a case beside which an officer of another body stands.
    pub async fn case(&self, person: &PersonId, onset: Option<Timestamp>) -> (CaseId, Traced) {
        let investigator = officer("inv-1", Role::Investigator, "cdc");
        let (case, stated) = self.office.open_case(&investigator, person, onset).await.unwrap();
        assert_eq!(stated, Stated::Waits, "one word alone does not count");
        let clinician = officer("clin-1", Role::Investigator, "hospital");
        let waiting = self.office.statements(&clinician, person).await.unwrap();
        let stated = self.office.corroborate(&clinician, &waiting[0].0).await.unwrap();
        (case, stated.traced().unwrap())
    }

    pub fn test(&self, id: &str, result: TestResult) -> Test {
        let now = self.clock.now();
        Test { test: id.parse().unwrap(), sampled: now, reported: Some(now), method: TestMethod::Pcr, result }
    }
}

static NEXT: AtomicU32 = AtomicU32::new(0);

async fn postgres(server: &str) -> (Arc<dyn Store>, String) {
    let name = format!("office_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(server).await.unwrap();
    // An earlier process may have had the same number.
    for statement in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}")] {
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
    }
    let (before, _) = server.rsplit_once('/').unwrap();
    let address = format!("{before}/{name}");
    (Arc::new(PostgresStore::connect(&address, 8).await.unwrap()), address)
}

/// Runs a test in a town with an empty store beside it: SQLite beside SQLite, and where `CLEANBILL_POSTGRES` names a server, each
/// database beside the other.
pub async fn beside_another(test: impl AsyncFn(Town, Arc<dyn Store>)) {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = async |name: &str| -> Arc<dyn Store> {
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&folder.path().join(name)).await.unwrap());
        store
    };
    let objects = |place: &str| Arc::new(StoredObjects::in_folder(&folder.path().join(place)).unwrap());
    test(Town::new(sqlite("a").await, objects("beside-a"), 200, None), sqlite("b").await).await;
    let Ok(server) = std::env::var("CLEANBILL_POSTGRES") else {
        println!("skipped on PostgreSQL: CLEANBILL_POSTGRES does not name a server to test on");
        return;
    };
    let (other, _) = postgres(&server).await;
    test(Town::new(sqlite("c").await, objects("beside-c"), 200, None), other).await;
    let (store, _) = postgres(&server).await;
    test(Town::new(store, objects("beside-postgres"), 200, None), sqlite("d").await).await;
}

/// Runs a test in a town on SQLite, and on PostgreSQL where `CLEANBILL_POSTGRES` names a server.
pub async fn everywhere(ask_above: u64, test: impl AsyncFn(Town)) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("office.sqlite");
    let store = Arc::new(SqliteStore::open(&file).await.unwrap());
    let objects = |place: &str| Arc::new(StoredObjects::in_folder(&folder.path().join(place)).unwrap());
    test(Town::new(store, objects("beside-sqlite"), ask_above, Some(file))).await;
    let Ok(server) = std::env::var("CLEANBILL_POSTGRES") else {
        println!("skipped on PostgreSQL: CLEANBILL_POSTGRES does not name a server to test on");
        return;
    };
    let (store, address) = postgres(&server).await;
    let town = Town::new(store, objects("beside-postgres"), ask_above, None);
    test(Town { address: Some(address), ..town }).await;
}
