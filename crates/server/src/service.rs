//! What every request works with, and the way from a listener to an answer.

use std::{
    collections::HashMap,
    fmt, io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    middleware::{from_fn, from_fn_with_state},
};
use evidence::PersonId;
use jiff::Timestamp;
use ledger::Sign;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use office::{Actor, LogPlace, Office, OfficeError, ShownPass, Watch};
use store::StoreError;
use tokio::{net::TcpListener, time::Instant};

use crate::{
    api, edge,
    limits::{Gate, Rates},
    outbox::{Board, Messenger},
    page,
    problem::{Kind, Problem},
    settings::Settings,
};

/// How long an officer's session is remembered without asking the office: signing out elsewhere, or the end of an account, may take so
/// long to be noticed. A resident's is remembered as long as their pass, which is most of what they ask for.
const SESSION_REMEMBERED: Duration = Duration::from_secs(10);
/// Sessions and passes remembered at once.
const REMEMBERED_MAX: usize = 1_000_000;
/// Longest time a pass is shown from memory where another process may have changed it.
const PASS_REMEMBERED: Duration = Duration::from_secs(60);

/// How long a resident's session and pass are remembered while the database is away: people show their passes through an outage (R12).
const OUTAGE_MAX: Duration = Duration::from_secs(24 * 3600);
/// How long nobody is asked again for what is remembered, once the database did not answer.
const AWAY: Duration = Duration::from_secs(5);

/// How old the filter of revoked passes may be when a door fetches it.
const FILTER_REMEMBERED: Duration = Duration::from_secs(60);

/// Where the public log is published, and the key that signs it.
pub type PublicLog = (Arc<dyn LogPlace>, Arc<dyn Sign + Send + Sync>);

/// What a service is made of.
pub struct Parts {
    /// The office as residents, doors and the public use it.
    pub office: Office,
    /// The same office on connections of its own, for the heavy work of officers.
    pub officers: Office,
    /// Sends messages.
    pub messenger: Arc<dyn Messenger>,
    /// In a demonstration: where messages are shown.
    pub board: Option<Arc<Board>>,
    /// Where the public log is published, and the key that signs it.
    pub log: Option<PublicLog>,
    /// Settings.
    pub settings: Settings,
}

/// A service.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

struct Inner {
    office: Office,
    officers: Office,
    messenger: Arc<dyn Messenger>,
    board: Option<Arc<Board>>,
    log: Option<PublicLog>,
    settings: Settings,
    metrics: PrometheusHandle,
    sessions: Mutex<HashMap<String, (Actor, Instant)>>,
    /// When the database last did not answer.
    away: Mutex<Option<Instant>>,
    passes: Arc<Passes>,
    filter: tokio::sync::Mutex<Option<(Bytes, Instant)>>,
    addresses: Rates<IpAddr>,
    accounts: Rates<String>,
    sign_ins: Rates<IpAddr>,
    light: Gate,
    heavy: Gate,
    /// Letters of no meaning that pages and requests are told apart by.
    requests: std::sync::atomic::AtomicU64,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Service")
    }
}

/// An answer that is kept in memory, with its tag and until when.
#[derive(Debug, Clone)]
pub(crate) struct Remembered {
    pub(crate) tag: Arc<str>,
    pub(crate) bytes: Bytes,
    /// Until when it is shown without asking again.
    fresh_until: Timestamp,
    /// Until when it says what is so, where nobody can be asked.
    valid_until: Timestamp,
    since: Instant,
}

/// Passes in memory, until whatever they say may have changed.
#[derive(Debug, Default)]
pub(crate) struct Passes(Mutex<HashMap<PersonId, Remembered>>);

impl Watch for Passes {
    fn changed(&self, people: &[PersonId]) {
        if people.is_empty() {
            return;
        }
        let mut passes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for person in people {
            passes.remove(person);
        }
    }
}

impl Passes {
    pub(crate) fn get(&self, person: &PersonId, now: Timestamp) -> Option<Remembered> {
        let passes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pass = passes.get(person)?;
        (pass.fresh_until > now && pass.since.elapsed() < PASS_REMEMBERED).then(|| pass.clone())
    }

    /// What was last shown of a person's, while the database is away.
    pub(crate) fn last(&self, person: &PersonId, now: Timestamp) -> Option<Remembered> {
        let passes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        passes.get(person).filter(|pass| pass.valid_until > now && pass.since.elapsed() < OUTAGE_MAX).cloned()
    }

    pub(crate) fn put(&self, person: PersonId, bytes: Bytes, shown: &ShownPass) -> Remembered {
        let tag = crate::reply::tag(&bytes).into();
        let valid_until = shown.changes_at.map_or(shown.expires, |changes| changes.min(shown.expires));
        let pass =
            Remembered { tag, bytes, fresh_until: shown.fresh_until(), valid_until, since: Instant::now() };
        let mut passes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if passes.len() >= REMEMBERED_MAX {
            passes.clear();
        }
        passes.insert(person, pass.clone());
        pass
    }
}

/// Metrics of the process: one registry, however many services run in it.
fn registry() -> PrometheusHandle {
    static REGISTRY: OnceLock<PrometheusHandle> = OnceLock::new();
    let install = || {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        // Where another part of the process installed a recorder, ours stays empty.
        let _ = metrics::set_global_recorder(recorder);
        handle
    };
    REGISTRY.get_or_init(install).clone()
}

impl Service {
    /// A service of these parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts { office, officers, messenger, board, log, settings } = parts;
        let passes = Arc::new(Passes::default());
        let limits = settings.limits.clone();
        let watch = || Arc::clone(&passes) as Arc<dyn Watch>;
        let per_second = limits.sign_ins_per_minute / 60.0;
        Service(Arc::new(Inner {
            office: office.watched(watch()),
            officers: officers.watched(watch()),
            messenger,
            board,
            log,
            metrics: registry(),
            sessions: Mutex::default(),
            away: Mutex::default(),
            passes,
            filter: tokio::sync::Mutex::default(),
            addresses: Rates::new(limits.per_address, limits.per_address * 4.0),
            accounts: Rates::new(limits.per_account, limits.per_account * 4.0),
            sign_ins: Rates::new(per_second, limits.sign_ins_per_minute),
            light: Gate::new(limits.light_at_once, limits.waiting_max),
            heavy: Gate::new(limits.heavy_at_once, limits.waiting_max),
            requests: std::sync::atomic::AtomicU64::new(0),
            settings,
        }))
    }

    /// Everything it answers.
    pub fn router(&self) -> Router {
        Router::new()
            .merge(api::router())
            .merge(page::router())
            .fallback(edge::unknown)
            .method_not_allowed_fallback(edge::no_such_method)
            .layer(tower_http::catch_panic::CatchPanicLayer::custom(edge::failed))
            .layer(from_fn_with_state(self.clone(), edge::admit))
            .layer(from_fn(edge::same_site))
            .layer(from_fn_with_state(self.clone(), edge::edge))
            .with_state(self.clone())
    }

    /// The office, for residents.
    pub(crate) fn office(&self) -> &Office {
        &self.0.office
    }

    /// The office, for officers.
    pub(crate) fn officers(&self) -> &Office {
        &self.0.officers
    }

    pub(crate) fn messenger(&self) -> &dyn Messenger {
        &*self.0.messenger
    }

    pub(crate) fn board(&self) -> Option<&Board> {
        self.0.board.as_deref()
    }

    pub(crate) fn log(&self) -> Option<&PublicLog> {
        self.0.log.as_ref()
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn passes(&self) -> &Passes {
        &self.0.passes
    }

    pub(crate) fn metrics(&self) -> String {
        self.0.metrics.render()
    }

    /// Sums up what was measured, so that it does not gather where nobody reads it.
    pub(crate) fn sum_up_metrics(&self) {
        self.0.metrics.run_upkeep();
    }

    pub(crate) fn address_rates(&self) -> &Rates<IpAddr> {
        &self.0.addresses
    }

    pub(crate) fn account_rates(&self) -> &Rates<String> {
        &self.0.accounts
    }

    pub(crate) fn sign_in_rates(&self) -> &Rates<IpAddr> {
        &self.0.sign_ins
    }

    pub(crate) fn gate(&self, is_heavy: bool) -> &Gate {
        if is_heavy { &self.0.heavy } else { &self.0.light }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.office.now()
    }

    /// A number for a request, unlike that of any other since the start.
    pub(crate) fn request_number(&self) -> u64 {
        self.0.requests.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
    }

    /// What an error means to whoever asked.
    pub(crate) fn problem(&self, error: &OfficeError) -> Problem {
        Problem::of(error, self.now())
    }

    /// Remembers that the database did not answer, if that is what went wrong.
    pub(crate) fn is_outage(&self, error: &OfficeError) -> bool {
        let is_outage = matches!(error, OfficeError::Store(StoreError::Unavailable(_)));
        if is_outage {
            *self.0.away.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
        is_outage
    }

    /// Whether the database did not answer just now.
    pub(crate) fn is_away(&self) -> bool {
        let away = self.0.away.lock().unwrap_or_else(PoisonError::into_inner);
        away.is_some_and(|since| since.elapsed() < AWAY)
    }

    /// Who shows a token.
    pub(crate) async fn actor(&self, token: &str) -> Result<Option<Actor>, Problem> {
        let known = {
            let sessions = self.0.sessions.lock().unwrap_or_else(PoisonError::into_inner);
            sessions.get(token).cloned()
        };
        let remembered = |actor: &Actor| match actor {
            Actor::Resident(_) => PASS_REMEMBERED,
            Actor::Officer(_) => SESSION_REMEMBERED,
        };
        if let Some((actor, since)) = &known
            && since.elapsed() < remembered(actor)
        {
            return Ok(Some(actor.clone()));
        }
        let of_resident = known
            .filter(|(actor, since)| matches!(actor, Actor::Resident(_)) && since.elapsed() < OUTAGE_MAX);
        if let Some((actor, _)) = &of_resident
            && self.is_away()
        {
            return Ok(Some(actor.clone()));
        }
        let session = match (self.office().session(token).await, of_resident) {
            (Err(error), Some((actor, _))) if self.is_outage(&error) => return Ok(Some(actor)),
            (session, _) => session.map_err(|error| self.problem(&error))?,
        };
        let Some((actor, _)) = session else { return Ok(None) };
        let mut sessions = self.0.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if sessions.len() >= REMEMBERED_MAX {
            sessions.clear();
        }
        sessions.insert(token.to_owned(), (actor.clone(), Instant::now()));
        Ok(Some(actor))
    }

    /// The filter of revoked passes, at most a minute old: making one reads every living pass.
    pub(crate) async fn filter(&self) -> Result<Bytes, Problem> {
        let mut filter = self.0.filter.lock().await;
        if let Some((bytes, since)) = &*filter
            && since.elapsed() < FILTER_REMEMBERED
        {
            return Ok(bytes.clone());
        }
        let made = self.officers().revocation_filter().await.map_err(|error| self.problem(&error))?;
        let bytes = Bytes::from(made);
        *filter = Some((bytes.clone(), Instant::now()));
        Ok(bytes)
    }

    /// What a door says to a pass, with the newest documents. Nothing of it is kept.
    pub(crate) async fn check(&self, text: &str, is_essential: bool) -> Result<pass::Checked, Problem> {
        let failed = |error| self.problem(&error);
        let key = self.office().publisher_key().map_err(failed)?;
        let unreadable = |_| Problem::from(Kind::Failed);
        let anchor = [pass::TrustedKey::from_spki(&key, "publisher").map_err(|_| Kind::Failed)?];
        let trust = self.office().trust_list().await.map_err(failed)?;
        let trust = pass::TrustList::read(&trust, &anchor).map_err(unreadable)?;
        let filter = pass::Revocations::read(&self.filter().await?, &anchor).map_err(|_| Kind::Failed)?;
        let policy = pass::Policy { is_essential, ..pass::Policy::default() };
        let mut checker = pass::Checker::new(trust.to_store(), policy).with_revocations(filter);
        Ok(checker.check(text, self.now()))
    }

    /// Forgets a session that ended.
    pub(crate) fn forget_session(&self, token: &str) {
        self.0.sessions.lock().unwrap_or_else(PoisonError::into_inner).remove(token);
    }
}

/// Answers requests until it is told to stop; those that are being worked on are finished first.
///
/// # Errors
/// Where the listener fails.
pub async fn serve(
    service: &Service,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let app = service.router().into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, app).with_graceful_shutdown(stop).await
}
