//! The public log as files: for mirrors, witnesses and anyone who wants to check, and receipts for those whom entries are about.

use std::io;

use evidence::PersonId;
use ledger::{
    CHECKPOINT_PATH, Edge, Entry, EntryProof, LogReader, Receipt, Sign, SignedCheckpoint, Trust, append,
};

use crate::{
    actor::Actor,
    error::OfficeError,
    office::{Office, transact},
};

/// Entries that are published at once.
const AT_ONCE: u32 = 1_000;

/// Where the log's files lie, and are written: a folder, an object store.
pub trait LogPlace: LogReader + Send + Sync {
    /// Writes a file so that it is there as a whole or not at all. Only the checkpoint is ever written again with other bytes.
    ///
    /// # Errors
    /// Where it cannot be written.
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()>;
}

pub(crate) fn unpublished(error: &impl ToString) -> OfficeError {
    OfficeError::refused(format!("the public log: {}", error.to_string()), "nothing was lost; publish again")
}

/// The checkpoint that stands there, signed by this key; none where nothing was published yet.
pub(crate) fn standing(
    place: &dyn LogReader,
    key: &dyn Sign,
) -> Result<Option<SignedCheckpoint>, OfficeError> {
    let bytes = match place.read(CHECKPOINT_PATH) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        read => read.map_err(|error| unpublished(&error))?,
    };
    let checkpoint = SignedCheckpoint::parse(&bytes).map_err(|error| unpublished(&error))?;
    let trust = Trust::new(key.key().clone(), Vec::new(), 0).map_err(|error| unpublished(&error))?;
    checkpoint.verify(&trust).map_err(|error| unpublished(&error))?;
    Ok(Some(checkpoint))
}

impl Office {
    /// Publishes the entries that have a place in the log and are not published yet: their tiles, then a checkpoint signed by the
    /// log's key. It may be stopped at any moment and begun again; only one may publish to a place at a time. Gives the size.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] where files cannot be read or written, are not those of their checkpoint, or go beyond what this
    /// office remembers: then it was set back to an old backup, and publishing would tell two stories.
    pub async fn publish_log(
        &self,
        place: &dyn LogPlace,
        key: &(dyn Sign + Send + Sync),
    ) -> Result<u64, OfficeError> {
        let mut edge = match standing(place, key)? {
            Some(checkpoint) => Edge::read(place, checkpoint.head()).map_err(|error| unpublished(&error))?,
            None => Edge::empty(),
        };
        let remembered = transact!(self, |desk| { Ok(desk.tx.log_size().await?) })?;
        if edge.size() > remembered {
            return Err(OfficeError::refused(
                format!("the public log has {} entries and this office remembers {remembered}", edge.size()),
                "restore a newer backup; never publish another log over this one",
            ));
        }
        let mut is_first = edge.size() == 0;
        loop {
            let entries = self.log_entries(edge.size(), AT_ONCE).await?;
            if entries.is_empty() && !is_first {
                return Ok(edge.size());
            }
            is_first = false;
            edge = extend(place, key, &edge, &entries)?;
        }
    }

    /// What a person can show to anyone: proofs of what was decided about them, for every entry that was published.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the actor may not act for the person.
    pub async fn receipts(
        &self,
        actor: &Actor,
        person: &PersonId,
        place: &dyn LogPlace,
    ) -> Result<Vec<Receipt>, OfficeError> {
        let openings = self.openings(actor, person).await?;
        let Ok(bytes) = place.read(CHECKPOINT_PATH) else { return Ok(Vec::new()) };
        let checkpoint = SignedCheckpoint::parse(&bytes).map_err(|error| unpublished(&error))?;
        let mut receipts = Vec::new();
        for (opening, index) in openings {
            let Some(index) = index.filter(|index| *index < checkpoint.head().size) else { continue };
            let proof = EntryProof::make(place, &checkpoint, index).map_err(|error| unpublished(&error))?;
            let receipt =
                Receipt::new(opening.content, opening.salt, proof).map_err(|error| unpublished(&error))?;
            receipts.push(receipt);
        }
        Ok(receipts)
    }
}

/// Writes the files of new entries, and last the checkpoint: whoever reads in between sees the old log.
fn extend(
    place: &dyn LogPlace,
    key: &(dyn Sign + Send + Sync),
    edge: &Edge,
    entries: &[Entry],
) -> Result<Edge, OfficeError> {
    let appended = append(edge, entries).map_err(|error| unpublished(&error))?;
    for file in &appended.files {
        place.write(&file.path, &file.bytes).map_err(|error| unpublished(&error))?;
    }
    let root = appended.edge.root().ok_or_else(|| unpublished(&"the tree has no root"))?;
    let checkpoint =
        SignedCheckpoint::sign(appended.edge.size(), root, key).map_err(|error| unpublished(&error))?;
    place.write(CHECKPOINT_PATH, &checkpoint.to_bytes()).map_err(|error| unpublished(&error))?;
    Ok(appended.edge)
}
