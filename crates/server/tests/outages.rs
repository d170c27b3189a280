//! The database goes away and comes back, or is full: clear answers, nothing lost and nothing done twice, recovery without a restart.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod town;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use office::Role;
use serde_json::json;
use sqlx::{Connection as _, Executor as _, PgConnection};
use store_postgres::PostgresStore;
use store_sqlite::SqliteStore;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use town::{Answer, Town, everywhere, officer, settings};

/// Writes of each who writes.
const WRITES: usize = 40;
/// Longest time until an answer, also while nobody can be reached: less than a browser waits.
const ANSWERED_WITHIN: Duration = Duration::from_secs(20);

/// The way to a database server, which can be cut: then connections break in the middle of what they carry, and new ones are refused.
struct Way {
    to: SocketAddr,
    here: SocketAddr,
    carrying: JoinSet<()>,
}

impl Way {
    async fn new(to: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap();
        let mut way = Way { to, here, carrying: JoinSet::new() };
        way.carry(listener);
        way
    }

    fn carry(&mut self, listener: TcpListener) {
        let to = self.to;
        self.carrying.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (mut from, _) = listener.accept().await.unwrap();
                connections.spawn(async move {
                    let mut server = TcpStream::connect(to).await.unwrap();
                    // Either side may end it.
                    let _ = tokio::io::copy_bidirectional(&mut from, &mut server).await;
                });
            }
        });
    }

    async fn cut(&mut self) {
        self.carrying.shutdown().await;
    }

    async fn mend(&mut self) {
        let listener = TcpListener::bind(self.here).await.unwrap();
        self.carry(listener);
    }
}

/// The same town, reaching its database by a way that can be cut; none where it has no server.
async fn by_a_way(town: &Town) -> Option<(Way, Town)> {
    let database = town.database.as_ref()?;
    let server = std::env::var("CLEANBILL_POSTGRES").unwrap();
    let (user, rest) = server.split_once('@').unwrap();
    let (host, _) = rest.split_once('/').unwrap();
    let to = tokio::net::lookup_host(host).await.unwrap().next().unwrap();
    let way = Way::new(to).await;
    let store = PostgresStore::connect(&format!("{user}@{}/{database}", way.here), 8).await.unwrap();
    let mut other = Town::new(Arc::new(store), settings());
    // By the same clock.
    other.clock = Arc::clone(&town.clock);
    Some((way, other))
}

/// Posts with an idempotency key.
async fn once(town: &Town, token: &str, key: &str, path: &str, body: &serde_json::Value) -> Answer {
    let request = Request::post(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .header("idempotency-key", key)
        .body(Body::from(body.to_string()))
        .unwrap();
    town.ask(request).await
}

/// A refusal says when to come again, and nothing of what is behind it.
fn assert_is_clear(refused: &Answer) {
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{}", refused.text());
    assert_eq!(refused.header("content-type"), "application/problem+json");
    assert!(!refused.header("retry-after").is_empty());
    let said = refused.json();
    assert_eq!(said.as_object().unwrap().len(), 4, "type, title, status, instance: {said}");
    assert!(said["instance"].as_str().unwrap().starts_with("urn:request:"), "{said}");
}

/// Declares so many times, each until it is acknowledged; counts how often it was refused.
async fn declares(town: Arc<Town>, token: String, refused: Arc<AtomicUsize>) {
    for number in 0..WRITES {
        loop {
            let (key, body) = (number.to_string(), json!({ "symptoms": [] }));
            let declared = once(&town, &token, &key, "/api/v1/people/me/declarations", &body);
            let answer = tokio::time::timeout(ANSWERED_WITHIN, declared).await.unwrap();
            if answer.status == StatusCode::CREATED {
                break;
            }
            assert_is_clear(&answer);
            refused.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_goes_away_and_comes_back_under_load_and_each_write_is_done_once() {
    everywhere(async |town: Town| {
        let Some((mut way, reached)) = by_a_way(&town).await else { return };
        town.publish().await;
        let mut tokens = Vec::new();
        for number in 0..6 {
            tokens.push(town.resident(&format!("Ma{number}"), None).await.1);
        }
        let (_, looking) = town.resident("Looking", None).await;
        let reached = Arc::new(reached);
        assert_eq!(reached.get("/api/v1/me/pass", &looking).await.status, StatusCode::OK);
        let refused = Arc::new(AtomicUsize::new(0));
        let writing: Vec<_> = tokens
            .iter()
            .map(|token| declares(Arc::clone(&reached), token.clone(), Arc::clone(&refused)))
            .map(tokio::spawn)
            .collect();
        // A cut that meets only those who wait for a connection refuses nobody: then it is cut again.
        for (round, away) in [700, 50, 300].into_iter().cycle().enumerate() {
            let is_done = writing.iter().all(tokio::task::JoinHandle::is_finished);
            if is_done || (round >= 3 && refused.load(Ordering::Relaxed) > 0) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(150)).await;
            way.cut().await;
            let asked = async |path: &str| reached.api(Method::GET, path, None, None).await;
            assert_eq!(asked("/healthz").await.status, StatusCode::OK, "the process lives");
            // A pass that was shown is shown on (R12).
            assert_eq!(reached.get("/api/v1/me/pass", &looking).await.status, StatusCode::OK);
            tokio::time::sleep(Duration::from_millis(away)).await;
            way.mend().await;
        }
        for task in writing {
            task.await.unwrap();
        }
        assert!(refused.load(Ordering::Relaxed) > 0, "the database was away");
        assert_eq!(reached.api(Method::GET, "/readyz", None, None).await.status, StatusCode::OK);
        for token in &tokens {
            let exported = reached.get("/api/v1/people/me/export", token).await.json();
            assert_eq!(exported["evidence"].as_array().unwrap().len(), WRITES, "each is there once");
        }
        let operator = officer("operator-1", Role::Operator, "data/bureau");
        assert!(reached.office.coherence(&operator).await.unwrap().holds());
    })
    .await;
}

#[tokio::test]
async fn while_postgresql_is_away_each_page_and_endpoint_says_so_in_time_and_none_hangs() {
    everywhere(async |town: Town| {
        let Some((mut way, reached)) = by_a_way(&town).await else { return };
        town.publish().await;
        let (_, token) = town.resident("Ma", None).await;
        assert_eq!(reached.get("/api/v1/people/me/colour", &token).await.status, StatusCode::OK);
        let pass = reached.get("/api/v1/me/pass", &token).await;
        assert_eq!(pass.status, StatusCode::OK);
        way.cut().await;
        let paths = ["/readyz", "/api/v1/log", "/api/v1/people/me/colour", "/api/v1/people/me/export"];
        let asked = paths.map(|path| tokio::time::timeout(ANSWERED_WITHIN, reached.get(path, &token)));
        let [ready, log, colour, export] = asked;
        let (ready, log, colour, export) = tokio::join!(ready, log, colour, export);
        for answer in [ready, log, colour, export] {
            assert_is_clear(&answer.unwrap());
        }
        // Longer than sessions and passes are remembered otherwise: the last pass is shown on (R12).
        let waited = tokio::time::Instant::now();
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(61)).await;
        tokio::time::resume();
        for _ in 0..20 {
            let again = tokio::time::timeout(ANSWERED_WITHIN, reached.get("/api/v1/me/pass", &token)).await;
            assert_eq!(again.unwrap().body, pass.body);
        }
        let vain = waited.elapsed() - Duration::from_secs(61);
        assert!(vain < 2 * ANSWERED_WITHIN, "not each of them waits in vain: {vain:?}");
        way.mend().await;
        assert_eq!(reached.get("/api/v1/people/me/colour", &token).await.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn a_full_disk_refuses_writes_clearly_keeps_reading_and_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("office.sqlite");
    let store = SqliteStore::open(&file).await.unwrap();
    let town = Town::new(Arc::new(store.clone()), settings());
    let full = async |is_full: bool| {
        // No page more than there are: what SQLite says of a full disk.
        store.limit_pages(is_full.then_some(1)).await.unwrap();
    };
    is_full_and_recovers(&town, full).await;
}

#[tokio::test]
async fn a_full_disk_of_postgresql_refuses_writes_clearly_keeps_reading_and_recovers() {
    everywhere(async |town: Town| {
        let Some(database) = town.database.clone() else { return };
        let server = std::env::var("CLEANBILL_POSTGRES").unwrap();
        let (before, _) = server.rsplit_once('/').unwrap();
        let mut connection = PgConnection::connect(&format!("{before}/{database}")).await.unwrap();
        // What PostgreSQL says when it cannot extend a file (error code 53100, disk_full).
        let made = "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                        RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$";
        connection.execute(sqlx::raw_sql(made)).await.unwrap();
        let connection = tokio::sync::Mutex::new(connection);
        let full = async |is_full: bool| {
            let statement = if is_full {
                "CREATE TRIGGER full_disk BEFORE INSERT ON records EXECUTE FUNCTION full_disk()"
            } else {
                "DROP TRIGGER full_disk ON records"
            };
            connection.lock().await.execute(sqlx::raw_sql(statement)).await.unwrap();
        };
        is_full_and_recovers(&town, full).await;
    })
    .await;
}

/// What a town does while its disk is full, and afterwards.
async fn is_full_and_recovers(town: &Town, full: impl AsyncFn(bool)) {
    town.publish().await;
    let (anna, as_anna) = town.resident("Anna", Some("h1")).await;
    let (_, as_bo) = town.resident("Bo", Some("h1")).await;
    let laboratory = town.officer("lab", Role::Laboratory, "city/laboratory").await;
    let investigator = town.officer("li", Role::Investigator, "health/commission").await;
    let test = json!({
        "test": "t-1", "sampled": "2020-02-12T00:00:00Z", "method": "pcr", "result": "positive",
    });
    town.post("/api/v1/people/me/specimens", &as_anna, json!({ "test": "t-1" })).await;
    town.post(&format!("/api/v1/people/{anna}/tests"), &laboratory, test).await;
    full(true).await;
    let declaration = json!({ "symptoms": [] });
    let (mut taken, mut refused) = (0, 0);
    // On SQLite there is room for some.
    while refused < 20 {
        let key = (taken + refused).to_string();
        let answer = once(town, &as_anna, &key, "/api/v1/people/me/declarations", &declaration).await;
        match answer.status {
            StatusCode::CREATED => taken += 1,
            _ => {
                assert_is_clear(&answer);
                refused += 1;
            }
        }
        assert!(taken < 300, "the disk is full");
    }
    let cases = format!("/api/v1/people/{anna}/cases");
    assert_is_clear(&once(town, &investigator, "case", &cases, &json!({})).await);
    // Of the case nothing happened; reading goes on, for everybody.
    for (token, level) in [(&as_anna, "red"), (&as_bo, "green")] {
        let read = town.get("/api/v1/people/me/colour", token).await;
        assert_eq!((read.status, read.json()["level"].as_str()), (StatusCode::OK, Some(level)));
        assert_eq!(town.get("/api/v1/people/me/export", token).await.status, StatusCode::OK);
    }
    assert_eq!(town.api(Method::GET, "/api/v1/log", None, None).await.status, StatusCode::OK);
    full(false).await;
    // What was refused is sent again, and what was taken as well: each is done once.
    for number in 0..taken + refused {
        let key = number.to_string();
        let again = once(town, &as_anna, &key, "/api/v1/people/me/declarations", &declaration).await;
        assert_eq!(again.status, StatusCode::CREATED, "{}", again.text());
    }
    let confirmed = once(town, &investigator, "case", &cases, &json!({})).await;
    assert_eq!(confirmed.json()["stated"]["exposed"], 1, "{}", confirmed.text());
    let exported = town.get("/api/v1/people/me/export", &as_anna).await.json();
    let kept = exported["evidence"].as_array().unwrap().len();
    assert_eq!(kept, taken + refused + 2, "declarations, the test, the case");
    assert_eq!(town.get("/api/v1/people/me/colour", &as_bo).await.json()["level"], "yellow");
    let operator = officer("operator-1", Role::Operator, "data/bureau");
    assert!(town.office.coherence(&operator).await.unwrap().holds());
}
