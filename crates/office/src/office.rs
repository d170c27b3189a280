//! The office: its store, keys, clock and rules.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use contacts::Profile;
use issuer::Signer;
use jiff::{Timestamp, tz::TimeZone};
use ledger::BodyName;
use rating::RuleSet;
use store::{MasterKey, Objects, RecordId, Store};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use crate::{
    changes::Change, desk::Desk, error::OfficeError, kept::Published, keys::KeySource, once::Once,
    passes::PassDesk, sessions::SignInTimes,
};

/// Times a use case is tried again when somebody else was first.
const TRIES: u32 = 40;

/// Reads the time. A test sets it.
pub trait Clock: std::fmt::Debug + Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Draws random bytes. A test repeats them.
pub trait Randomness: std::fmt::Debug + Send + Sync {
    /// Fills bytes that nobody can guess.
    fn fill(&self, bytes: &mut [u8]);
}

/// The key that signs deletion records.
#[derive(Clone)]
pub(crate) struct DocumentsKey(pub(crate) Arc<dyn Signer>);

impl std::fmt::Debug for DocumentsKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DocumentsKey({})", self.0.key_id())
    }
}

/// A published rule set: when it was published, and what it says.
pub(crate) type Compiled = (Timestamp, Arc<RuleSet>);

/// Is told whose colour or passes changed, once that lasts: whoever shows them from memory forgets what they had.
pub trait Watch: std::fmt::Debug + Send + Sync {
    /// These changed, and what was in memory of them is no longer so.
    fn changed(&self, changes: &[Change]);
}

/// An office of a health authority.
#[derive(Debug, Clone)]
pub struct Office {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) keys: Arc<MasterKey>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) randomness: Arc<dyn Randomness>,
    pub(crate) profile: Arc<Profile>,
    /// The authority whose office it is.
    pub(crate) body: BodyName,
    /// Where it is: quiet hours and days are those of this place.
    pub(crate) zone: TimeZone,
    /// What passes are issued with, if they are.
    pub(crate) passes: Option<Arc<PassDesk>>,
    /// Where the visits of days that are over lie, if they leave the database.
    pub(crate) objects: Option<Arc<dyn Objects>>,
    /// What signs deletion records, if there is a key.
    pub(crate) documents: Option<DocumentsKey>,
    /// How long sign-ins last.
    pub(crate) sign_in_times: SignInTimes,
    /// Who is told of changes.
    pub(crate) watch: Option<Arc<dyn Watch>>,
    /// What is done once, if this office is for one request.
    pub(crate) once: Option<Arc<Once>>,
    /// Rule sets that were compiled before: a published one never changes.
    compiled: Arc<Mutex<HashMap<RecordId, Compiled>>>,
    /// Where the master key is read again when it was replaced.
    key_source: Option<Arc<dyn KeySource>>,
    /// Use cases that were in each other's way go on one after the other: each would else be in the way of the others again.
    lane: Arc<AsyncMutex<()>>,
}

impl Office {
    /// An office that remembers in a store, under a master key that lives outside it, and finds contacts by a disease profile.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        keys: MasterKey,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
        profile: Profile,
        body: BodyName,
    ) -> Self {
        Office {
            store,
            keys: Arc::new(keys),
            clock,
            randomness,
            profile: Arc::new(profile),
            body,
            zone: TimeZone::UTC,
            passes: None,
            objects: None,
            documents: None,
            sign_in_times: SignInTimes::default(),
            watch: None,
            once: None,
            compiled: Arc::default(),
            key_source: None,
            lane: Arc::default(),
        }
    }

    /// The same office, reading its master key again when it was replaced, so that it need not be opened anew.
    #[must_use]
    pub fn fetching_keys(mut self, source: Arc<dyn KeySource>) -> Self {
        self.key_source = Some(source);
        self
    }

    /// Reads the master key again; says whether it could.
    fn fetch_keys(&self) -> bool {
        let read = self.key_source.as_ref().and_then(|source| source.master_key());
        read.is_some_and(|key| {
            self.keys.become_as(&key);
            true
        })
    }

    /// The same office, issuing passes.
    #[must_use]
    pub fn issuing(mut self, passes: PassDesk) -> Self {
        self.passes = Some(Arc::new(passes));
        self
    }

    /// The same office, in a place with this time zone. Without one it is UTC.
    #[must_use]
    pub fn in_time_zone(mut self, zone: TimeZone) -> Self {
        self.zone = zone;
        self
    }

    /// The same office, moving the visits of days that are over into objects. Nothing else may lie in their place.
    #[must_use]
    pub fn moving_visits_to(mut self, objects: Arc<dyn Objects>) -> Self {
        self.objects = Some(objects);
        self
    }

    /// The same office, signing its deletion records. Without a key what is deleted is counted until there is one.
    #[must_use]
    pub fn signing_documents(mut self, key: Arc<dyn Signer>) -> Self {
        self.documents = Some(DocumentsKey(key));
        self
    }

    /// The same office, on connections of its own to the same database.
    #[must_use]
    pub fn on(mut self, store: Arc<dyn Store>) -> Self {
        self.store = store;
        self
    }

    /// The same office, with other lengths of sign-ins.
    #[must_use]
    pub fn signing_in(mut self, times: SignInTimes) -> Self {
        self.sign_in_times = times;
        self
    }

    /// The same office, telling somebody of changes.
    #[must_use]
    pub fn watched(mut self, watch: Arc<dyn Watch>) -> Self {
        self.watch = Some(watch);
        self
    }

    /// The time by the office's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A published rule set, where it was compiled before.
    pub(crate) fn compiled(&self, id: &RecordId) -> Option<Compiled> {
        // A thread that panicked while it held the lock left a whole map.
        self.compiled.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// Compiles a published rule set, once and for all.
    pub(crate) fn compile(&self, id: &RecordId, published: &Published) -> Result<Compiled, OfficeError> {
        if let Some(compiled) = self.compiled(id) {
            return Ok(compiled);
        }
        let compiled = (published.at, Arc::new(RuleSet::parse(published.document.as_bytes())?));
        let mut all = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(id.clone(), compiled.clone());
        Ok(compiled)
    }

    /// Random bytes.
    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.randomness.fill(&mut bytes);
        bytes
    }
}

/// Does a use case in one transaction, and again from its beginning where somebody else was first: `transact!(office, |desk| { … })`. A
/// macro, because a future that borrows from an asynchronous closure cannot be sent to another thread.
macro_rules! transact {
    ($office:expr, |$desk:ident| $body:block) => {
        $crate::office::transact!(@ $crate::desk::Desk::open($office), |$desk| $body)
    };
    (@ $open:expr, |$desk:ident| $body:block) => {{
        let mut tries = $crate::office::Tries::default();
        loop {
            let mut open = $open.await?;
            let done: Result<_, $crate::error::OfficeError> = async {
                let $desk = &mut open;
                $body
            }
            .await;
            if let Some(done) = tries.settle(open, done).await {
                break done;
            }
        }
    }};
}
pub(crate) use transact;

/// Does a use case that only reads, as [`transact`] does others: it waits for no writer, and may see what was a moment ago. With an actor,
/// whose look may leave a trace: `look!(office, who, |desk| { … })`.
macro_rules! look {
    ($office:expr, |$desk:ident| $body:block) => {
        $crate::office::transact!(@ $crate::desk::Desk::open_to_look($office), |$desk| $body)
    };
    ($office:expr, $who:expr, |$desk:ident| $body:block) => {
        $crate::office::transact!(@ $crate::desk::Desk::open_for($office, $who), |$desk| $body)
    };
}
pub(crate) use look;

/// How often a use case has been tried.
#[derive(Debug, Default)]
pub(crate) struct Tries {
    tries: u32,
    fetched_keys: bool,
    /// Held by one of those who were in somebody's way, until it is done.
    lane: Option<OwnedMutexGuard<()>>,
}

impl Tries {
    /// Ends a try: what was done, or `None` where it is to be tried again.
    pub(crate) async fn settle<T: 'static>(
        &mut self,
        desk: Desk<'_>,
        done: Result<T, OfficeError>,
    ) -> Option<Result<T, OfficeError>> {
        let office = desk.office;
        // Whatever becomes of it, its transaction is over before anything is waited for.
        let done = match done {
            Ok(done) => finish(desk, done).await,
            Err(error) => {
                drop(desk);
                Err(error)
            }
        };
        self.tries += 1;
        match done {
            // Perhaps the master key was replaced.
            Err(OfficeError::Sealed(_)) if !self.fetched_keys && office.fetch_keys() => {
                self.fetched_keys = true;
                None
            }
            Err(error) if error.is_conflict() && self.tries < TRIES => {
                if self.lane.is_none() {
                    self.lane = Some(Arc::clone(&office.lane).lock_owned().await);
                }
                // Of two processes whose losers are in each other's way both would be first again and again.
                let spread = u64::from(u16::from_le_bytes(office.random::<2>())) % (1 << self.tries.min(10));
                tokio::time::sleep(Duration::from_micros(200 + 50 * spread)).await;
                None
            }
            done => Some(done),
        }
    }
}

/// Keeps the answer to what was done, makes all of it last, and tells whoever watches.
async fn finish<T: 'static>(mut desk: Desk<'_>, done: T) -> Result<T, OfficeError> {
    let office = desk.office;
    if let Some(answer) = office.once.as_ref().and_then(|once| (once.answer)(&done)) {
        desk.answered(&answer).await?;
    }
    let changes = std::mem::take(&mut desk.changes);
    desk.tx.tell(&changes.iter().map(Change::word).collect::<Vec<String>>(), desk.at).await?;
    desk.close().await?;
    if let Some(watch) = &office.watch
        && !changes.is_empty()
    {
        watch.changed(&changes);
    }
    Ok(done)
}
