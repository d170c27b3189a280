//! A service to try: an office on a database of its own, residents and officers who are signed in, and a way to ask.

#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode},
};
use contacts::Profile;
use issuer::{KeyRing, SoftwareKey};
use jiff::Timestamp;
use office::{Actor, Clock, NewAccount, Office, Officer, PassDesk, Randomness, Registration, Role};
use serde_json::Value;
use server::{Board, Limits, Parts, Service, Settings};
use sqlx::{Connection as _, PgConnection};
use store::{MasterKey, Store};
use store_postgres::PostgresStore;
use store_sqlite::SqliteStore;
use tower::ServiceExt as _;

/// A clock that is set by hand.
#[derive(Debug)]
pub struct Hands(pub AtomicI64);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap()
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

pub const PROPORTIONATE: &str = include_str!("../../../../rulesets/proportionate.toml");
pub const PASSWORD: &str = "three plain words";

pub struct Town {
    pub office: Office,
    pub clock: Arc<Hands>,
    pub board: Arc<Board>,
    pub service: Service,
    pub router: Router,
    /// The database's file, where it has one.
    pub file: Option<PathBuf>,
    /// The database's name, where it is on a server.
    pub database: Option<String>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

fn key(seed: u8) -> SoftwareKey {
    SoftwareKey::generate(&mut |bytes| bytes.fill(seed))
}

fn pass_desk(start: Timestamp) -> PassDesk {
    PassDesk {
        keys: KeyRing::new("Hangzhou CDC", "HZ", pass::Help::new(), Box::new(key(1)), start).unwrap(),
        publisher: Box::new(key(2)),
        issuer: "HZ".to_owned(),
        region: "3301".to_owned(),
        rule_set_codes: [("proportionate".to_owned(), "p-1".to_owned())].into(),
        help: "12320".to_owned(),
    }
}

pub fn settings() -> Settings {
    Settings {
        public_url: "http://localhost:8080".to_owned(),
        authority: "Health commission".to_owned(),
        is_demo: true,
        demo_devices: Vec::new(),
        oversight_contact: None,
        limits: Limits {
            per_address: 100_000.0,
            per_account: 100_000.0,
            sign_ins_per_minute: 100_000.0,
            ..Limits::default()
        },
        tick_every: Duration::from_secs(3600),
        proxies: Vec::new(),
        time_zone: jiff::tz::TimeZone::UTC,
    }
}

impl Town {
    pub fn new(store: Arc<dyn Store>, settings: Settings) -> Self {
        Town::with(store, settings, |parts| parts)
    }

    /// A town whose service is made of other parts.
    pub fn with(store: Arc<dyn Store>, settings: Settings, change: impl FnOnce(Parts) -> Parts) -> Self {
        let start: Timestamp = "2020-02-12T08:00:00+08:00".parse().unwrap();
        let clock = Arc::new(Hands(AtomicI64::new(start.as_microsecond())));
        let office = Office::new(
            store,
            MasterKey::new([3; 32], [4; 32]),
            Arc::clone(&clock) as _,
            Arc::new(Repeating(Mutex::new(7))),
            Profile::parse(Profile::SARS_COV_2.as_bytes()).unwrap(),
            "health/commission".parse().unwrap(),
        )
        .issuing(pass_desk(start));
        let board = Arc::new(Board::default());
        let service = Service::new(change(Parts {
            office: office.clone(),
            officers: office.clone(),
            messenger: Arc::clone(&board) as _,
            board: Some(Arc::clone(&board)),
            log: None,
            settings,
        }));
        let router = service.router();
        Town { office, clock, board, service, router, file: None, database: None }
    }

    pub async fn publish(&self) {
        self.office
            .publish(&officer("policy-1", Role::Policy, "health/commission"), PROPORTIONATE)
            .await
            .unwrap();
    }

    pub fn later(&self, minutes: i64) {
        self.clock.0.fetch_add(minutes * 60_000_000, Ordering::SeqCst);
    }

    /// Asks, as a browser or a program does.
    pub async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Asks the API.
    pub async fn api(&self, method: Method, path: &str, token: Option<&str>, body: Option<Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("purpose", "a test");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.ask(request.body(body).unwrap()).await
    }

    pub async fn get(&self, path: &str, token: &str) -> Answer {
        self.api(Method::GET, path, Some(token), None).await
    }

    pub async fn post(&self, path: &str, token: &str, body: Value) -> Answer {
        self.api(Method::POST, path, Some(token), Some(body)).await
    }

    /// A resident who is registered and signed in: their id and token.
    pub async fn resident(&self, name: &str, household: Option<&str>) -> (String, String) {
        let contact = format!("{}@example.org", name.to_lowercase());
        let sent = self.office.request_code(&contact).await.unwrap();
        let given = Registration {
            name: name.to_owned(),
            identity: Some(format!("ID-{name}")),
            household: household.map(|home| home.parse().unwrap()),
            ..Registration::default()
        };
        let who = self.office.register_by_code(&contact, &sent.code, &given).await.unwrap();
        let Actor::Resident(person) = who.actor else { panic!("a resident") };
        (person.to_string(), who.token)
    }

    /// An officer with an account who is signed in: their token.
    pub async fn officer(&self, name: &str, role: Role, body: &str) -> String {
        let operator = officer("operator-1", Role::Operator, "data/bureau");
        let new = NewAccount {
            name: name.to_owned(),
            role,
            body: body.parse().unwrap(),
            password: PASSWORD.to_owned(),
        };
        let secret = self.office.open_account(&operator, &new).await.unwrap();
        let code = secret.code(self.clock.now());
        self.office.sign_in(name, PASSWORD, &code).await.unwrap().token
    }
}

pub fn officer(name: &str, role: Role, body: &str) -> Actor {
    Actor::Officer(Officer { officer: name.parse().unwrap(), role, body: body.parse().unwrap() })
}

/// Takes a database of PostgreSQL away.
pub async fn away(database: &str) {
    let server = std::env::var("CLEANBILL_POSTGRES").unwrap();
    let mut connection = PgConnection::connect(&server).await.unwrap();
    let gone = format!(
        "ALTER DATABASE {database} WITH ALLOW_CONNECTIONS false;
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(gone)).execute(&mut connection).await.unwrap();
}

static NEXT: AtomicU32 = AtomicU32::new(0);

/// Runs a test in a town on SQLite, and on PostgreSQL where `CLEANBILL_POSTGRES` names a server.
pub async fn everywhere(test: impl AsyncFn(Town)) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("office.sqlite");
    let store = Arc::new(SqliteStore::open(&file).await.unwrap());
    test(Town { file: Some(file), ..Town::new(store, settings()) }).await;
    let Ok(server) = std::env::var("CLEANBILL_POSTGRES") else {
        println!("skipped on PostgreSQL: CLEANBILL_POSTGRES does not name a server to test on");
        return;
    };
    let name = format!("server_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(&server).await.unwrap();
    let create = format!("CREATE DATABASE {name}");
    sqlx::query(sqlx::AssertSqlSafe(create)).execute(&mut connection).await.unwrap();
    let (before, _) = server.rsplit_once('/').unwrap();
    let store = Arc::new(PostgresStore::connect(&format!("{before}/{name}"), 8).await.unwrap());
    test(Town { database: Some(name), ..Town::new(store, settings()) }).await;
}
