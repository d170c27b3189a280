//! What a service has in memory of sessions and passes, until it changes: at once where it changes here, within seconds where another process
//! on the same database changes it.
//!
//! What other processes tell is asked for every second ([`Memory::hear`]). While nothing can be asked, no more than a minute passes until
//! something is read again. A hand that changes the database tells nobody.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::body::Bytes;
use evidence::PersonId;
use jiff::Timestamp;
use office::{Actor, Change, Office, OfficeError, SessionSeen, ShownPass, Watch};
use store::{Mark, RecordId};
use tokio::time::Instant;

/// Sessions and passes remembered at once, each.
const REMEMBERED_MAX: usize = 1_000_000;
/// How long something is remembered that nobody may tell the change of.
const UNTOLD: Duration = Duration::from_secs(60);
/// How long an officer's session is remembered: that an account was closed is not told.
const OFFICER_REMEMBERED: Duration = Duration::from_secs(10);
/// How long it is remembered that something changed: longer than a request may take.
const CHANGE_REMEMBERED: Duration = Duration::from_secs(120);
/// How long a resident's session and pass are remembered while the database is away: people show their passes through an outage (R12).
const OUTAGE_MAX: Duration = Duration::from_secs(24 * 3600);

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

/// What is in memory about a person's pass.
#[derive(Debug)]
enum InMemory {
    Pass(Remembered),
    /// It changed then: what was read before is not kept.
    Changed(Instant),
}

#[derive(Debug, Clone)]
struct Session {
    seen: SessionSeen,
    since: Instant,
}

/// Sessions, by their tokens.
#[derive(Debug, Default)]
struct Sessions {
    known: HashMap<String, Session>,
    /// Those that ended before their time.
    ended: HashSet<RecordId>,
    /// When all of that was forgotten to make room.
    forgotten: Option<Instant>,
}

/// What other processes told.
#[derive(Debug, Default)]
struct Heard {
    mark: Option<Mark>,
    /// Since when nothing was missed.
    from: Option<Instant>,
    /// Until when everything was heard.
    to: Option<Instant>,
}

/// What is in memory.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    passes: Mutex<HashMap<PersonId, InMemory>>,
    sessions: Mutex<Sessions>,
    heard: Mutex<Heard>,
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    // A thread that panicked while it held the lock left whole entries.
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watch for Memory {
    fn changed(&self, changes: &[Change]) {
        let now = Instant::now();
        let mut passes = locked(&self.passes);
        make_room(&mut passes, changes.len());
        for change in changes {
            match change {
                Change::Person(person) => drop(passes.insert(person.clone(), InMemory::Changed(now))),
                Change::Session(session) => drop(locked(&self.sessions).ended.insert(session.clone())),
            }
        }
    }
}

impl Memory {
    /// Hears what other processes changed.
    ///
    /// # Errors
    /// Where the database fails; what is in memory is then remembered for a minute, as if nobody told anything.
    pub(crate) async fn hear(&self, office: &Office) -> Result<(), OfficeError> {
        let now = Instant::now();
        let is_late = |at: &Instant| at.elapsed() >= Office::CHANGES_MISSED_AFTER.unsigned_abs();
        let mark = {
            let mut heard = locked(&self.heard);
            if heard.to.as_ref().is_some_and(is_late) {
                // What was told meanwhile is forgotten, perhaps.
                *heard = Heard::default();
            }
            heard.mark
        };
        let (mark, changes) = office.changes(mark).await?;
        self.changed(&changes);
        let mut heard = locked(&self.heard);
        let from = heard.from.or(Some(Instant::now()));
        *heard = Heard { mark: Some(mark), from, to: Some(now) };
        Ok(())
    }

    /// Whether something that was read at an instant would have been told if it had changed.
    fn is_untold(&self, since: Instant) -> bool {
        let heard = locked(&self.heard);
        let is_heard = heard.from.is_some_and(|from| from <= since);
        since.elapsed() < UNTOLD || (is_heard && heard.to.is_some_and(|to| to.elapsed() < UNTOLD))
    }

    pub(crate) fn pass(&self, person: &PersonId, now: Timestamp) -> Option<Remembered> {
        let pass = self.any_pass(person).filter(|pass| pass.fresh_until > now)?;
        self.is_untold(pass.since).then_some(pass)
    }

    /// What was last shown of a person's, while the database is away.
    pub(crate) fn last_pass(&self, person: &PersonId, now: Timestamp) -> Option<Remembered> {
        self.any_pass(person).filter(|pass| pass.valid_until > now && pass.since.elapsed() < OUTAGE_MAX)
    }

    fn any_pass(&self, person: &PersonId) -> Option<Remembered> {
        match locked(&self.passes).get(person) {
            Some(InMemory::Pass(pass)) => Some(pass.clone()),
            _ => None,
        }
    }

    /// Keeps what was read from an instant on, unless it changed since.
    pub(crate) fn keep_pass(
        &self,
        person: PersonId,
        bytes: Bytes,
        shown: &ShownPass,
        since: Instant,
    ) -> Remembered {
        let tag = crate::reply::tag(&bytes).into();
        let valid_until = shown.changes_at.map_or(shown.expires, |changes| changes.min(shown.expires));
        let pass = Remembered { tag, bytes, fresh_until: shown.renewed_at, valid_until, since };
        let mut passes = locked(&self.passes);
        make_room(&mut passes, 1);
        if !matches!(passes.get(&person), Some(InMemory::Changed(at)) if *at >= since) {
            passes.insert(person, InMemory::Pass(pass.clone()));
        }
        pass
    }

    /// Who shows a token, where it need not be asked again.
    pub(crate) fn session(&self, token: &str, now: Timestamp) -> Option<Actor> {
        let session = self.any_session(token).filter(|session| session.seen.expires > now)?;
        let is_good = match session.seen.actor {
            Actor::Resident(_) => self.is_untold(session.since),
            Actor::Officer(_) => session.since.elapsed() < OFFICER_REMEMBERED,
        };
        is_good.then_some(session.seen.actor)
    }

    /// Which resident showed a token last, while the database is away.
    pub(crate) fn last_resident(&self, token: &str) -> Option<Actor> {
        let session = self.any_session(token).filter(|session| session.since.elapsed() < OUTAGE_MAX)?;
        matches!(session.seen.actor, Actor::Resident(_)).then_some(session.seen.actor)
    }

    fn any_session(&self, token: &str) -> Option<Session> {
        let sessions = locked(&self.sessions);
        sessions.known.get(token).filter(|session| !sessions.ended.contains(&session.seen.id)).cloned()
    }

    /// Keeps whose session was read from an instant on.
    pub(crate) fn keep_session(&self, token: &str, seen: SessionSeen, since: Instant) {
        let mut sessions = locked(&self.sessions);
        if sessions.known.len() >= REMEMBERED_MAX || sessions.ended.len() >= REMEMBERED_MAX {
            *sessions = Sessions { forgotten: Some(Instant::now()), ..Sessions::default() };
        }
        if sessions.forgotten.is_none_or(|at| at < since) {
            sessions.known.insert(token.to_owned(), Session { seen, since });
        }
    }
}

/// Forgets all passes where there would be too many. That a pass changed is remembered for longer than reading one takes.
fn make_room(passes: &mut HashMap<PersonId, InMemory>, for_more: usize) {
    if passes.len() + for_more > REMEMBERED_MAX {
        passes.retain(|_, kept| matches!(kept, InMemory::Changed(at) if at.elapsed() < CHANGE_REMEMBERED));
    }
}

#[cfg(test)]
mod tests {
    use evidence::Level;
    use jiff::ToSpan as _;

    use super::*;

    fn at(hours: i64) -> Timestamp {
        "2020-02-12T00:00:00Z".parse::<Timestamp>().unwrap().checked_add(hours.hours()).unwrap()
    }

    fn person() -> PersonId {
        "0123456789abcdef0123456789abcdef".parse().unwrap()
    }

    fn keep(memory: &Memory, since: Instant) {
        let shown = ShownPass {
            person: person(),
            level: Level::Green,
            text: "CB1:".to_owned(),
            issued: at(0),
            expires: at(24),
            changes_at: None,
            renewed_at: at(12),
        };
        memory.keep_pass(person(), Bytes::new(), &shown, since);
    }

    fn session(memory: &Memory, actor: Actor) -> RecordId {
        let id = RecordId::from_random([7; 16]);
        let seen = SessionSeen { id: id.clone(), actor, expires: at(5) };
        memory.keep_session("token", seen, Instant::now());
        id
    }

    fn hears(memory: &Memory) {
        let mut heard = locked(&memory.heard);
        let from = heard.from.or(Some(Instant::now()));
        *heard = Heard { mark: Some(Mark(1)), from, to: Some(Instant::now()) };
    }

    async fn seconds(seconds: u64) {
        tokio::time::advance(Duration::from_secs(seconds)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn while_changes_are_heard_a_pass_is_remembered_until_it_is_renewed_and_otherwise_for_a_minute() {
        let memory = Memory::default();
        keep(&memory, Instant::now());
        seconds(59).await;
        assert!(memory.pass(&person(), at(0)).is_some());
        seconds(2).await;
        assert!(memory.pass(&person(), at(0)).is_none(), "nobody would have told that it changed");
        hears(&memory);
        assert!(memory.pass(&person(), at(0)).is_none(), "it was read before anything was heard");
        keep(&memory, Instant::now());
        for _ in 0..100 {
            seconds(50).await;
            hears(&memory);
        }
        assert!(memory.pass(&person(), at(0)).is_some());
        assert!(memory.pass(&person(), at(12)).is_none(), "a new one was issued");
        seconds(61).await;
        assert!(memory.pass(&person(), at(0)).is_none(), "nothing was heard for a minute");
        assert!(memory.last_pass(&person(), at(0)).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_pass_that_changed_while_it_was_read_is_not_kept() {
        let memory = Memory::default();
        let since = Instant::now();
        seconds(1).await;
        memory.changed(&[Change::Person(person())]);
        keep(&memory, since);
        assert!(memory.pass(&person(), at(0)).is_none());
        seconds(1).await;
        keep(&memory, Instant::now());
        assert!(memory.pass(&person(), at(0)).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_is_remembered_until_it_ends_and_an_officers_for_seconds() {
        let memory = Memory::default();
        hears(&memory);
        let id = session(&memory, Actor::Resident(person()));
        assert!(memory.session("token", at(4)).is_some());
        assert!(memory.session("token", at(5)).is_none(), "it ends by itself");
        memory.changed(&[Change::Session(id)]);
        assert!(memory.session("token", at(4)).is_none() && memory.last_resident("token").is_none());
        let memory = Memory::default();
        hears(&memory);
        let officer = office::Officer {
            officer: "li".parse().unwrap(),
            role: office::Role::Investigator,
            body: "health/commission".parse().unwrap(),
        };
        session(&memory, Actor::Officer(officer));
        assert!(memory.session("token", at(4)).is_some());
        seconds(11).await;
        hears(&memory);
        assert!(memory.session("token", at(4)).is_none() && memory.last_resident("token").is_none());
    }
}
