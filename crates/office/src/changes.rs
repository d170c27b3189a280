//! What changed, for those who have it in memory: at once in this process, and in every other one on the same database as soon as it asks.

use evidence::PersonId;
use jiff::SignedDuration;
use store::{Mark, RecordId};

use crate::{error::OfficeError, office::Office};

/// How long a change is told. Whoever asks in half that time misses none, however long its transaction took.
const TOLD_FOR: SignedDuration = SignedDuration::from_mins(10);

/// Something that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A person's colour or passes.
    Person(PersonId),
    /// A session ended before its time.
    Session(RecordId),
}

impl Change {
    /// How it is told.
    pub(crate) fn word(&self) -> String {
        match self {
            Change::Person(person) => format!("person/{person}"),
            Change::Session(session) => format!("session/{}", session.as_str()),
        }
    }

    fn read(word: &str) -> Option<Change> {
        let (kind, of) = word.split_once('/')?;
        match kind {
            "person" => of.parse().ok().map(Change::Person),
            "session" => RecordId::parse(of).map(Change::Session),
            // Told by a later version, of something that this one has not in memory.
            _ => None,
        }
    }
}

impl Office {
    /// Whoever asks more rarely for changes has to forget what they have in memory.
    pub const CHANGES_MISSED_AFTER: SignedDuration = SignedDuration::from_mins(5);

    /// What changed since a mark, here or in any process on the same database, and the mark to go on from; with `None`, the mark of this
    /// moment.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn changes(&self, mark: Option<Mark>) -> Result<(Mark, Vec<Change>), OfficeError> {
        let (mark, told) = self.store.told_since(mark).await?;
        Ok((mark, told.iter().filter_map(|word| Change::read(word)).collect()))
    }

    /// Forgets changes that everybody had the time to ask for.
    pub(crate) async fn forget_changes(&self) -> Result<(), OfficeError> {
        let before = self.now().checked_sub(TOLD_FOR)?;
        Ok(self.store.forget_told(before).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_read_as_it_was_told_and_what_a_later_version_tells_is_passed_over() {
        let person = Change::Person("0123456789abcdef0123456789abcdef".parse().unwrap());
        let session = Change::Session(RecordId::from_random([7; 16]));
        for change in [person, session] {
            assert_eq!(Change::read(&change.word()), Some(change));
        }
        assert_eq!(Change::read("weather/rain"), None);
    }
}
