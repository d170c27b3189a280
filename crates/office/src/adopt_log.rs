//! After an older backup was put back: the published log goes beyond what the office remembers, and must not be told otherwise.

use ledger::{Edge, Entry, LogReader, Sign, append, read_entry};
use store::RecordId;

use crate::{
    actor::Actor,
    desk::Desk,
    error::OfficeError,
    office::{Office, transact},
    permissions::UseCase,
    published_log::{standing, unpublished},
};

/// Entries compared at once.
const AT_ONCE: u32 = 1_000;

impl Office {
    /// Takes over the entries that were published and that this office does not remember; gives how many. Those that wait for a
    /// place are found again by what they say. Nothing is taken over unless everything else is the same.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] where the published log is not a continuation of the one remembered.
    pub async fn adopt_published(
        &self,
        actor: &Actor,
        published: &(dyn LogReader + Sync),
        key: &(dyn Sign + Send + Sync),
    ) -> Result<u64, OfficeError> {
        let Some(checkpoint) = standing(published, key)? else { return Ok(0) };
        let head = checkpoint.head();
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::BackUp, None, "").await?;
            let (mut edge, size) = (Edge::empty(), desk.tx.log_size().await?);
            while edge.size() < size.min(head.size) {
                let limit = u32::try_from(head.size - edge.size()).unwrap_or(AT_ONCE).min(AT_ONCE);
                let entries = desk.tx.log_entries(edge.size(), limit).await?;
                let parse =
                    |(_, bytes): &(RecordId, Vec<u8>)| Entry::parse(bytes).map_err(|e| unpublished(&e));
                let entries = entries.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
                edge = append(&edge, &entries).map_err(|error| unpublished(&error))?.edge;
            }
            for index in size..head.size {
                let entry = read_entry(published, head, index).map_err(|error| unpublished(&error))?;
                let bytes = entry.to_bytes().map_err(|error| unpublished(&error))?;
                let id = desk.waiting(&bytes).await?.unwrap_or_else(|| desk.new_id());
                desk.tx.put_back_entry(index, &id, &bytes).await?;
                edge = append(&edge, &[entry]).map_err(|error| unpublished(&error))?.edge;
            }
            if edge.size() == head.size && head.size > 0 && edge.root() != Some(head.root) {
                return Err(OfficeError::refused(
                    "the published log is not a continuation of the one in the backup",
                    "restore a backup of this log, or put the files of this log's mirror in place; never publish over them",
                ));
            }
            Ok(head.size.saturating_sub(size))
        })
    }
}

impl Desk<'_> {
    /// The id under which an entry waits.
    async fn waiting(&mut self, entry: &[u8]) -> Result<Option<RecordId>, OfficeError> {
        let mut after = None;
        loop {
            let some = self.tx.handed_in_after(after.as_ref(), AT_ONCE).await?;
            let Some((last, _)) = some.last() else { return Ok(None) };
            after = Some(last.clone());
            if let Some((id, _)) = some.into_iter().find(|(_, waiting)| waiting == entry) {
                return Ok(Some(id));
            }
        }
    }
}
