//! The office: its store, keys, clock and rules.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use contacts::Profile;
use jiff::{Timestamp, tz::TimeZone};
use ledger::BodyName;
use rating::RuleSet;
use store::{MasterKey, RecordId, Store};

use crate::{desk::Desk, error::OfficeError, kept::Published, keys::KeySource, passes::PassDesk};

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
    /// Rule sets that were compiled before: a published one never changes.
    compiled: Arc<Mutex<HashMap<RecordId, Arc<RuleSet>>>>,
    /// Where the master key is read again when it was replaced.
    key_source: Option<Arc<dyn KeySource>>,
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
            compiled: Arc::default(),
            key_source: None,
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

    /// A published rule set, compiled.
    pub(crate) fn compiled(&self, id: &RecordId, published: &Published) -> Result<Arc<RuleSet>, OfficeError> {
        // A thread that panicked while it held the lock left a whole map.
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rule_set) = compiled.get(id) {
            return Ok(Arc::clone(rule_set));
        }
        let rule_set = Arc::new(RuleSet::parse(published.document.as_bytes())?);
        compiled.insert(id.clone(), Arc::clone(&rule_set));
        Ok(rule_set)
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
    ($office:expr, |$desk:ident| $body:block) => {{
        let mut tries = $crate::office::Tries::default();
        loop {
            let mut open = $crate::desk::Desk::open($office).await?;
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

/// How often a use case has been tried.
#[derive(Debug, Default)]
pub(crate) struct Tries {
    tries: u32,
    fetched_keys: bool,
}

impl Tries {
    /// Ends a try: what was done, or `None` where it is to be tried again.
    pub(crate) async fn settle<T>(
        &mut self,
        desk: Desk<'_>,
        done: Result<T, OfficeError>,
    ) -> Option<Result<T, OfficeError>> {
        let office = desk.office;
        let done = match done {
            Ok(done) => desk.close().await.map(|()| done),
            Err(error) => Err(error),
        };
        self.tries += 1;
        match done {
            // Perhaps the master key was replaced.
            Err(OfficeError::Sealed(_)) if !self.fetched_keys && office.fetch_keys() => {
                self.fetched_keys = true;
                None
            }
            Err(error) if error.is_conflict() && self.tries < TRIES => {
                // Those who were in each other's way try again at different moments.
                let spread = u64::from(u16::from_le_bytes(office.random::<2>())) % (1 << self.tries.min(10));
                tokio::time::sleep(Duration::from_micros(200 + 50 * spread)).await;
                None
            }
            done => Some(done),
        }
    }
}
