//! What every request works with, and the way from a listener to an answer.

use std::{
    fmt, io,
    net::SocketAddr,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    middleware::{from_fn, from_fn_with_state},
};
use jiff::{SignedDuration, Timestamp};
use ledger::Sign;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use office::{Actor, LogPlace, Office, OfficeError, SignedTrustList, Site, Watch};
use store::StoreError;
use tokio::{net::TcpListener, time::Instant};

use crate::{
    api, assets, edge,
    limits::{FILES_AT_ONCE, Gate, Rates},
    memory::Memory,
    outbox::{Board, Messenger},
    page,
    problem::{Kind, Problem},
    settings::Settings,
};

/// Requests of one sign-in or registration that may follow one another, however low their rate on average.
const SIGN_IN_REQUESTS: f64 = 5.0;

/// How old what doors fetch may be: the filter of revoked passes, and the look at whether a key of the trust list changed.
const DOCUMENTS_REMEMBERED: SignedDuration = SignedDuration::from_mins(1);
/// How long nobody is asked again for what is remembered, once the database did not answer.
const AWAY: Duration = Duration::from_secs(5);

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
    /// What passkeys answer to; none at an address that is a number.
    site: Option<Site>,
    metrics: PrometheusHandle,
    /// When the database last did not answer.
    away: Mutex<Option<Instant>>,
    memory: Arc<Memory>,
    filter: Remembered,
    notices: Remembered,
    trust_list: tokio::sync::Mutex<Option<(SignedTrustList, Timestamp)>>,
    addresses: Rates,
    accounts: Rates,
    sign_ins: Rates,
    light: Gate,
    heavy: Gate,
    large: Gate,
    /// Letters of no meaning that pages and requests are told apart by.
    requests: std::sync::atomic::AtomicU64,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Service")
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

/// Whether a document that was made at an instant is still handed out.
fn is_within(made: Timestamp, now: Timestamp) -> bool {
    (SignedDuration::ZERO..DOCUMENTS_REMEMBERED).contains(&now.duration_since(made))
}

/// A document that is made anew once a minute at most.
#[derive(Default)]
struct Remembered(tokio::sync::Mutex<Option<(Bytes, Timestamp)>>);

impl Remembered {
    /// What is remembered, or else what is made now. Doors and phones work through an outage: what was made before goes on then, and says
    /// itself how long it lasts.
    async fn get(
        &self,
        now: Timestamp,
        made: impl Future<Output = Result<Vec<u8>, OfficeError>>,
    ) -> Result<Bytes, OfficeError> {
        let mut known = self.0.lock().await;
        if let Some((bytes, at)) = &*known
            && is_within(*at, now)
        {
            return Ok(bytes.clone());
        }
        let made = made.await;
        if let (Err(OfficeError::Store(_)), Some((bytes, _))) = (&made, &*known) {
            return Ok(bytes.clone());
        }
        Ok(known.insert((made?.into(), now)).0.clone())
    }
}

impl Service {
    /// A service of these parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts { office, officers, messenger, board, log, settings } = parts;
        let memory = Arc::new(Memory::default());
        let limits = settings.limits.clone();
        let watch = || Arc::clone(&memory) as Arc<dyn Watch>;
        // One sign-in is a few requests in a row.
        let per_minute = limits.sign_ins_per_minute;
        let sign_ins =
            Rates::new(per_minute / 60.0, per_minute.max((60.0 * per_minute).min(SIGN_IN_REQUESTS)));
        Service(Arc::new(Inner {
            office: office.watched(watch()),
            officers: officers.watched(watch()),
            messenger,
            board,
            log,
            metrics: registry(),
            away: Mutex::default(),
            memory,
            filter: Remembered::default(),
            notices: Remembered::default(),
            trust_list: tokio::sync::Mutex::default(),
            addresses: Rates::new(limits.per_address, limits.per_address * 4.0),
            accounts: Rates::new(limits.per_account, limits.per_account * 4.0),
            sign_ins,
            light: Gate::new(limits.light_at_once, limits.waiting_max),
            heavy: Gate::new(limits.heavy_at_once, limits.waiting_max),
            large: Gate::new(FILES_AT_ONCE, limits.waiting_max),
            requests: std::sync::atomic::AtomicU64::new(0),
            site: Site::at(&settings.public_url),
            settings,
        }))
    }

    /// Everything it answers.
    pub fn router(&self) -> Router {
        Router::new()
            .merge(api::router())
            .merge(page::router())
            .merge(assets::router())
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

    /// What passkeys answer to.
    pub(crate) fn site(&self) -> Result<&Site, Problem> {
        let says = "passkeys need the service to have a name, not a number, in its address";
        self.0.site.as_ref().ok_or_else(|| Problem::detailed(Kind::Refused, says))
    }

    /// What is in memory of sessions and passes.
    pub(crate) fn memory(&self) -> &Memory {
        &self.0.memory
    }

    pub(crate) fn metrics(&self) -> String {
        self.0.metrics.render()
    }

    /// Sums up what was measured, so that it does not gather where nobody reads it.
    pub(crate) fn sum_up_metrics(&self) {
        self.0.metrics.run_upkeep();
    }

    pub(crate) fn address_rates(&self) -> &Rates {
        &self.0.addresses
    }

    pub(crate) fn account_rates(&self) -> &Rates {
        &self.0.accounts
    }

    pub(crate) fn sign_in_rates(&self) -> &Rates {
        &self.0.sign_ins
    }

    pub(crate) fn gate(&self, is_heavy: bool) -> &Gate {
        if is_heavy { &self.0.heavy } else { &self.0.light }
    }

    /// The gate of requests that bring files.
    pub(crate) fn large_gate(&self) -> &Gate {
        &self.0.large
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
        if let Some(actor) = self.memory().session(token, self.now()) {
            return Ok(Some(actor));
        }
        let since = Instant::now();
        let last = self.memory().last_resident(token);
        if last.is_some() && self.is_away() {
            return Ok(last);
        }
        let session = match self.office().session(token).await {
            Err(error) if last.is_some() && self.is_outage(&error) => return Ok(last),
            session => session.map_err(|error| self.problem(&error))?,
        };
        let Some(session) = session else { return Ok(None) };
        let actor = session.actor.clone();
        self.memory().keep_session(token, session, since);
        Ok(Some(actor))
    }

    /// The filter of revoked passes, at most a minute old: making one reads every living pass.
    pub(crate) async fn filter(&self) -> Result<Bytes, Problem> {
        let filter = self.0.filter.get(self.now(), self.officers().revocation_filter()).await;
        filter.map_err(|error| self.problem(&error))
    }

    /// The notices that phones compare with what they keep themselves, as JSON, from at most a minute ago.
    pub(crate) async fn exposure_notices(&self) -> Result<Bytes, Problem> {
        let made = async {
            let notices = self.office().exposure_notices().await?;
            serde_json::to_vec(&serde_json::json!({ "notices": notices }))
                .map_err(|error| OfficeError::Unreadable(error.to_string()))
        };
        self.0.notices.get(self.now(), made).await.map_err(|error| self.problem(&error))
    }

    /// The signed trust list. Whether a key changed is asked once a minute, and at once where it changed here; it is signed again
    /// when one did, or after an hour.
    pub(crate) async fn trust_list(&self) -> Result<Bytes, Problem> {
        let mut known = self.0.trust_list.lock().await;
        let now = self.now();
        if let Some((list, looked)) = &*known
            && is_within(*looked, now)
        {
            return Ok(list.bytes.clone().into());
        }
        let list = self.office().trust_list(known.as_ref().map(|(list, _)| list)).await;
        // Doors work through an outage: a list says itself how long it lasts.
        if let (Err(OfficeError::Store(_)), Some((list, _))) = (&list, &*known) {
            return Ok(list.bytes.clone().into());
        }
        let list = list.map_err(|error| self.problem(&error))?;
        Ok(known.insert((list, now)).0.bytes.clone().into())
    }

    /// Has the trust list looked at again: a key of it changed.
    pub(crate) async fn trust_changed(&self) {
        if let Some((_, looked)) = &mut *self.0.trust_list.lock().await {
            *looked = Timestamp::MIN;
        }
    }

    /// What a door says to a pass, with the newest documents. Nothing of it is kept.
    pub(crate) async fn check(&self, text: &str, is_essential: bool) -> Result<pass::Checked, Problem> {
        let failed = |error| self.problem(&error);
        let key = self.office().publisher_key().map_err(failed)?;
        let unreadable = |_| Problem::from(Kind::Failed);
        let anchor = [pass::TrustedKey::from_spki(&key, "publisher").map_err(|_| Kind::Failed)?];
        let trust = pass::TrustList::read(&self.trust_list().await?, &anchor).map_err(unreadable)?;
        let filter = pass::Revocations::read(&self.filter().await?, &anchor).map_err(|_| Kind::Failed)?;
        let policy = pass::Policy { is_essential, ..pass::Policy::default() };
        let mut checker = pass::Checker::new(trust.to_store(), policy).with_revocations(filter);
        Ok(checker.check(text, self.now()))
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
