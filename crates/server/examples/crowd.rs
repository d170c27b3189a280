//! A service with very many people, for measurements: the same service, limits and log as `cleanbill serve` has, with an office whose
//! people are registered and signed in. Keys are those of nobody; never use it for anything else.
//!
//! ```sh
//! crowd fill sqlite:FILE 200000 tokens.txt      # registers them, each with a session and a pass; their tokens a line each
//! crowd serve sqlite:FILE 8090                  # until it is stopped
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a measurement fails by panicking"
)]

use std::{io::Write as _, path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use contacts::Profile;
use issuer::{KeyRing, SoftwareKey};
use jiff::{SignedDuration, Timestamp};
use office::{Actor, Clock, Office, Officer, PassDesk, Randomness, Registration, Role};
use server::{Jobs, Limits, Message, Messenger, Parts, SendError, Service, Settings};
use store::{MasterKey, Store};
use store_postgres::PostgresStore;
use store_sqlite::SqliteStore;

/// People who are registered at the same time.
const AT_ONCE: usize = 16;
/// Connections to PostgreSQL, as `cleanbill init` has it.
const CONNECTIONS: u32 = 16;

#[derive(Debug)]
struct Machine;

impl Clock for Machine {
    #[expect(clippy::disallowed_methods, reason = "a service that runs goes by the machine's clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

impl Randomness for Machine {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).unwrap();
    }
}

/// Nobody is told anything.
#[derive(Debug)]
struct Silent;

#[async_trait]
impl Messenger for Silent {
    async fn send(&self, _: Message) -> Result<(), SendError> {
        Ok(())
    }
}

async fn store(database: &str) -> Arc<dyn Store> {
    match database.strip_prefix("sqlite:") {
        Some(file) => Arc::new(SqliteStore::open(Path::new(file)).await.unwrap()),
        None => Arc::new(PostgresStore::connect(database, CONNECTIONS).await.unwrap()),
    }
}

/// An office whose keys anybody knows.
fn office(store: Arc<dyn Store>) -> Office {
    let key = |seed: u8| SoftwareKey::generate(&mut |bytes: &mut [u8]| bytes.fill(seed));
    let begun = Machine.now().checked_sub(SignedDuration::from_hours(1)).unwrap();
    let passes = PassDesk {
        keys: KeyRing::new("Example", "EX", pass::Help::new(), Box::new(key(1)), begun).unwrap(),
        publisher: Box::new(key(2)),
        issuer: "EX".to_owned(),
        region: "3301".to_owned(),
        rule_set_codes: [("proportionate".to_owned(), "p".to_owned())].into(),
        help: "https://localhost".to_owned(),
    };
    let profile = Profile::parse(Profile::SARS_COV_2.as_bytes()).unwrap();
    let body = "health/commission".parse().unwrap();
    let keys = MasterKey::new([3; 32], [4; 32]);
    Office::new(store, keys, Arc::new(Machine), Arc::new(Machine), profile, body).issuing(passes)
}

/// The shipped rule set, in force now.
async fn publish(office: &Office) {
    let at = |hours: i64| {
        let at = Timestamp::from_second(Machine.now().as_second()).unwrap();
        at.checked_add(SignedDuration::from_hours(hours)).unwrap()
    };
    let document = include_str!("../../../rulesets/proportionate.toml").lines().map(|line| match line {
        line if line.starts_with("effective = ") => format!("effective = {}", at(-1)),
        line if line.starts_with("sunset = ") => format!("sunset = {}", at(24 * 90)),
        line => line.to_owned(),
    });
    let document: Vec<String> = document.collect();
    let policy = Officer {
        officer: "policy-1".parse().unwrap(),
        role: Role::Policy,
        body: "health/commission".parse().unwrap(),
    };
    office.publish(&Actor::Officer(policy), &document.join("\n")).await.unwrap();
}

/// Registers people as they do it themselves, by a code; has their passes issued, and gives their tokens.
async fn register(office: &Office, numbers: std::ops::Range<usize>) -> Vec<String> {
    let mut tokens = Vec::with_capacity(numbers.len());
    for number in numbers {
        let contact = format!("nobody-{number}@town.example");
        let sent = office.request_code(&contact).await.unwrap();
        let given = Registration { name: format!("Nobody {number}"), ..Registration::default() };
        let who = office.register_by_code(&contact, &sent.code, &given).await.unwrap();
        let Actor::Resident(person) = &who.actor else { panic!("a resident") };
        office.shown_pass(&who.actor, person).await.unwrap();
        tokens.push(who.token);
    }
    tokens
}

async fn fill(database: &str, people: usize, tokens: &str) {
    let office = office(store(database).await);
    publish(&office).await;
    let each = people.div_ceil(AT_ONCE);
    let registering: Vec<_> = (0..AT_ONCE)
        .map(|part| {
            let office = office.clone();
            let numbers = (part * each).min(people)..((part + 1) * each).min(people);
            tokio::spawn(async move { register(&office, numbers).await })
        })
        .collect();
    let mut file = std::io::BufWriter::new(std::fs::File::create(tokens).unwrap());
    for part in registering {
        for token in part.await.unwrap() {
            writeln!(file, "{token}").unwrap();
        }
    }
    file.flush().unwrap();
}

/// What the defaults of `cleanbill init` come to. Requests come from a load generator that stands where a proxy does, and say from
/// which address each is.
fn settings() -> Settings {
    Settings {
        public_url: "http://localhost:8090".to_owned(),
        authority: "Nobody".to_owned(),
        is_demo: false,
        demo_devices: Vec::new(),
        limits: Limits {
            light_at_once: 512,
            per_address: 10.0,
            sign_ins_per_minute: 0.5,
            ..Limits::default()
        },
        tick_every: Duration::from_secs(20),
        trusts_proxy: true,
        time_zone: jiff::tz::TimeZone::UTC,
    }
}

async fn serve(database: &str, port: &str) {
    tracing_subscriber::fmt().json().with_writer(std::io::stderr).init();
    let residents = office(store(database).await);
    // On SQLite there is one writer anyway.
    let officers = if database.starts_with("sqlite:") {
        residents.clone()
    } else {
        residents.clone().on(store(database).await)
    };
    let service = Service::new(Parts {
        office: residents,
        officers,
        messenger: Arc::new(Silent),
        board: None,
        log: None,
        settings: settings(),
    });
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await.unwrap();
    let jobs = Jobs::start(&service);
    server::serve(&service, listener, std::future::pending()).await.unwrap();
    jobs.stop().await;
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["fill", database, people, tokens] => fill(database, people.parse().unwrap(), tokens).await,
        ["serve", database, port] => serve(database, port).await,
        _ => panic!("crowd fill DATABASE PEOPLE TOKENS | crowd serve DATABASE PORT"),
    }
}
