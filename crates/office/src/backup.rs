//! Backups: everything a store holds at one moment, as one file with its counts and its hash, in one form for every database.
//!
//! What is sealed stays sealed, and no key that opens it is in the backup. The published files of the log are not in it: they are
//! made from the entries, which are. A backup is put back into an empty store only, as a whole or not at all. Whoever left since
//! is forgotten again ([`Erased`]), and what the published log has beyond the backup is taken from there.

mod form;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Read, Write},
    sync::Arc,
};

use contacts::DayPerson;
use evidence::{PersonId, Visit};
use jiff::{SignedDuration, Timestamp};
use ledger::BodyName;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::{DayVisit, Pseudonym, RecordId, Transaction};

use self::form::{Frame, Reader, Writer};
use crate::{
    actor::Actor,
    compact::Partition,
    desk::Desk,
    error::OfficeError,
    kept::Kept,
    office::{Office, transact},
    permissions::{UseCase, allowed},
};

/// Rows read at once.
const AT_ONCE: u32 = 1_000;
/// How long it is remembered that somebody left: longer than any backup is to be kept.
const ERASED_DAYS: i64 = 400;

/// What backups say first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    /// The moment that was backed up.
    made: Timestamp,
    /// Whose office it is.
    body: BodyName,
}

/// What a backup holds, and its hash.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Records of each kind.
    pub records: BTreeMap<String, u64>,
    /// Sealed keys.
    pub keys: u64,
    /// Visits, of the database and of partitions.
    pub visits: u64,
    /// Log entries that waited for their places.
    pub waiting: u64,
    /// Log entries.
    pub entries: u64,
    /// SHA-256 of everything before the manifest, in hexadecimal digits.
    pub sha256: String,
}

impl Manifest {
    fn count(&mut self, frame: &Frame) -> Result<(), BackupError> {
        match frame {
            Frame::Record(record) => *self.records.entry(record.kind.clone()).or_default() += 1,
            Frame::Key(..) => self.keys += 1,
            Frame::Visit(_) => self.visits += 1,
            Frame::HandedIn(..) => self.waiting += 1,
            Frame::Entry(..) => self.entries += 1,
            Frame::Header(_) | Frame::Manifest(_) => return Err(BackupError::NoBackup),
        }
        Ok(())
    }

    /// Whether this is what was found.
    fn is(&self, found: &Manifest) -> bool {
        *self == Manifest { sha256: self.sha256.clone(), ..found.clone() }
    }
}

/// Reads a backup to its end without a database or a key; gives the moment it was made of, and what it holds.
///
/// # Errors
/// [`BackupError`] where it is not whole.
pub fn check_backup(from: &mut (dyn Read + Send)) -> Result<(Timestamp, Manifest), BackupError> {
    let mut reader = Reader::begin(from)?;
    let Frame::Header(Header { made, .. }) = reader.next()? else { return Err(BackupError::NoBackup) };
    let mut found = Manifest::default();
    loop {
        match reader.next()? {
            Frame::Manifest(manifest) if manifest.is(&found) => return Ok((made, manifest)),
            Frame::Manifest(_) => return Err(BackupError::Counts),
            frame => found.count(&frame)?,
        }
    }
}

/// What was put back: `read = put_back + forgotten`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// The moment of the backup.
    pub made: Timestamp,
    /// What the backup held.
    pub manifest: Manifest,
    /// Rows read.
    pub read: u64,
    /// Rows put back.
    pub put_back: u64,
    /// Rows about people who left after the backup was made, which were not put back.
    pub forgotten: u64,
}

/// Why a backup is not made or put back. Nothing was put back then.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Reading or writing failed.
    #[error("the backup cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// It is something else.
    #[error("this is no backup; give a file that `cleanbill backup` wrote")]
    NoBackup,
    /// It ends too early.
    #[error("half a backup: it ends within part {0}; take another one")]
    Half(u64),
    /// A part makes no sense.
    #[error("part {0} of the backup is broken; take another one")]
    Broken(u64),
    /// It was changed.
    #[error("the backup is not what was written: its hash is another; take another one")]
    Checksum,
    /// It holds not what its manifest says.
    #[error("the backup does not hold what its manifest says; take another one")]
    Counts,
    /// It is of another office.
    #[error("the backup is of `{0}`; restore it with that body's configuration")]
    Body(BodyName),
    /// There is something already.
    #[error(
        "the database is not empty; a backup is restored into an empty one, so that nothing is lost or mixed"
    )]
    NotEmpty,
    /// Its keys are sealed under another master key.
    #[error(
        "the backup was sealed under another master key; put that key into the master key's file as `previous`"
    )]
    MasterKey,
}

/// That somebody left: a keyed hash of their id, which tells nothing without the lookup key. An older backup that is put back does
/// not bring them back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// The keyed hash, in hexadecimal digits.
    pub who: String,
    /// When.
    pub at: Timestamp,
}

impl Kept for Erased {
    const KIND: &'static str = "erased";
    fn person(&self) -> Option<&PersonId> {
        None
    }
    fn keep_until(&self) -> Option<Timestamp> {
        self.at.checked_add(SignedDuration::from_hours(24 * ERASED_DAYS)).ok()
    }
}

impl Desk<'_> {
    fn erased_as(&self, person: &PersonId) -> Result<String, OfficeError> {
        let lookup = self.office.keys.lookup(Erased::KIND, person.as_str())?;
        Ok(lookup.0.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Remembers that somebody left.
    pub(crate) async fn remember_erased(&mut self, person: &PersonId) -> Result<(), OfficeError> {
        let who = self.erased_as(person)?;
        let lookup = self.office.keys.lookup(Erased::KIND, person.as_str())?.0;
        let id = self.new_id();
        self.file_as(id, &Erased { who, at: self.at }, Some(lookup)).await?;
        Ok(())
    }
}

impl Office {
    /// Those who left and are still to be remembered, to be kept beside backups.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for anybody but an operator.
    pub async fn erased(&self, actor: &Actor) -> Result<BTreeSet<String>, OfficeError> {
        let (mut after, mut erased) = (None, BTreeSet::new());
        loop {
            let some = transact!(self, |desk| {
                desk.authorise(actor, UseCase::BackUp, None, "").await?;
                desk.in_state::<Erased>("kept", after.as_ref(), AT_ONCE).await
            })?;
            let Some(last) = some.last() else { return Ok(erased) };
            after = Some(last.id.clone());
            erased.extend(some.into_iter().map(|filed| filed.what.who));
        }
    }

    /// Writes everything there is at this moment. Others go on working meanwhile.
    ///
    /// # Errors
    /// [`OfficeError::Backup`] where it cannot be written.
    pub async fn back_up(&self, actor: &Actor, to: &mut (dyn Write + Send)) -> Result<Manifest, OfficeError> {
        allowed(actor.role(), UseCase::BackUp)?;
        let mut tx = self.store.begin_reading().await?;
        let header = Header { made: self.clock.now(), body: self.body.clone() };
        let mut writer = Writer::begin(to, header).map_err(BackupError::Io)?;
        let mut manifest = Manifest::default();
        let partitions = write_records(&mut *tx, &mut writer, &mut manifest).await?;
        write_keys_and_visits(&mut *tx, &mut writer, &mut manifest).await?;
        for partition in &partitions {
            self.write_partition(partition, &mut writer, &mut manifest).await?;
        }
        write_log(&mut *tx, &mut writer, &mut manifest).await?;
        Ok(writer.end(manifest).map_err(BackupError::Io)?)
    }

    /// Puts a backup back into this office's store, which must be empty. `erased` are those who left
    /// ([`Office::erased`]), also after the backup was made.
    ///
    /// # Errors
    /// [`OfficeError::Backup`], and then nothing was put back.
    pub async fn restore(
        &self,
        actor: &Actor,
        from: &mut (dyn Read + Send),
        erased: &BTreeSet<String>,
    ) -> Result<Restored, OfficeError> {
        allowed(actor.role(), UseCase::BackUp)?;
        let mut desk = Desk::open(self).await?;
        if !desk.tx.is_empty().await? {
            return Err(BackupError::NotEmpty.into());
        }
        let mut reader = Reader::begin(from)?;
        let Frame::Header(Header { made, body }) = reader.next()? else {
            return Err(BackupError::NoBackup.into());
        };
        if body != self.body {
            return Err(BackupError::Body(body).into());
        }
        let mut into =
            Restoring { desk: &mut desk, erased, found: Manifest::default(), put_back: 0, forgotten: 0 };
        let manifest = loop {
            match reader.next()? {
                Frame::Manifest(manifest) => break manifest,
                frame => into.take(frame).await?,
            }
        };
        let Restoring { found, put_back, forgotten, .. } = into;
        if !manifest.is(&found) {
            return Err(BackupError::Counts.into());
        }
        desk.close().await?;
        Ok(Restored { made, manifest, read: put_back + forgotten, put_back, forgotten })
    }
}

/// The visits of a partition.
fn visits_of(bytes: Vec<u8>) -> Result<Vec<(DayPerson, Visit)>, OfficeError> {
    Ok(contacts::Partition::open(Arc::new(bytes))?.all()?)
}

impl Office {
    /// Writes the visits of a partition as if they were in the database, to which they go back.
    async fn write_partition(
        &self,
        partition: &Partition,
        writer: &mut Writer<'_>,
        manifest: &mut Manifest,
    ) -> Result<(), OfficeError> {
        let missing = || {
            let what =
                format!("the visits of {} cannot be read: {} is missing", partition.day, partition.object);
            OfficeError::refused(
                what,
                "name the folder of visits in the configuration, and make the backup again",
            )
        };
        let objects = self.objects.as_deref().ok_or_else(missing)?;
        let bytes = objects.read(&partition.object, 0..partition.bytes).await?.ok_or_else(missing)?;
        for (number, (pseudonym, visit)) in visits_of(bytes)?.into_iter().enumerate() {
            // The same partition gives the same ids, and no two the same.
            let hash = Sha256::digest(format!("{}/{number}", partition.object));
            let id = hash.first_chunk::<16>().ok_or_else(missing)?;
            let visit = DayVisit {
                id: RecordId::from_random(*id),
                day: partition.day,
                pseudonym: Pseudonym(pseudonym),
                venue: visit.venue,
                entered: visit.entered,
                left: visit.left,
            };
            manifest.visits += 1;
            writer.write(&Frame::Visit(visit)).map_err(BackupError::Io)?;
        }
        Ok(())
    }
}

async fn write_records(
    tx: &mut dyn Transaction,
    writer: &mut Writer<'_>,
    manifest: &mut Manifest,
) -> Result<Vec<Partition>, OfficeError> {
    let mut partitions = Vec::new();
    let mut after: Option<(String, RecordId)> = None;
    loop {
        let records = tx.records_after(after.as_ref().map(|(kind, id)| (kind.as_str(), id)), AT_ONCE).await?;
        let Some(last) = records.last() else { return Ok(partitions) };
        after = Some((last.kind.clone(), last.id.clone()));
        for record in records {
            if record.kind == Partition::KIND {
                // What lies in partitions goes along as visits: a backup needs nothing beside it.
                let partition: Partition = serde_json::from_slice(&record.body)?;
                partitions.extend(partition.written.then_some(partition));
                continue;
            }
            *manifest.records.entry(record.kind.clone()).or_default() += 1;
            writer.write(&Frame::Record(record)).map_err(BackupError::Io)?;
        }
    }
}

async fn write_keys_and_visits(
    tx: &mut dyn Transaction,
    writer: &mut Writer<'_>,
    manifest: &mut Manifest,
) -> Result<(), OfficeError> {
    let mut after = String::new();
    loop {
        let keys = tx.keys_after(&after, AT_ONCE).await?;
        let Some((last, _)) = keys.last() else { break };
        after.clone_from(last);
        for (name, sealed) in keys {
            manifest.keys += 1;
            writer.write(&Frame::Key(name, sealed)).map_err(BackupError::Io)?;
        }
    }
    let mut after = None;
    loop {
        let visits = tx.visits_after(after.as_ref(), AT_ONCE).await?;
        let Some(last) = visits.last() else { return Ok(()) };
        after = Some(last.id.clone());
        for visit in visits {
            manifest.visits += 1;
            writer.write(&Frame::Visit(visit)).map_err(BackupError::Io)?;
        }
    }
}

async fn write_log(
    tx: &mut dyn Transaction,
    writer: &mut Writer<'_>,
    manifest: &mut Manifest,
) -> Result<(), OfficeError> {
    let mut after = None;
    loop {
        let waiting = tx.handed_in_after(after.as_ref(), AT_ONCE).await?;
        let Some((last, _)) = waiting.last() else { break };
        after = Some(last.clone());
        for (id, entry) in waiting {
            manifest.waiting += 1;
            writer.write(&Frame::HandedIn(id, entry)).map_err(BackupError::Io)?;
        }
    }
    loop {
        let entries = tx.log_entries(manifest.entries, AT_ONCE).await?;
        if entries.is_empty() {
            return Ok(());
        }
        for (id, entry) in entries {
            manifest.entries += 1;
            writer.write(&Frame::Entry(id, entry)).map_err(BackupError::Io)?;
        }
    }
}

/// What a backup is put into.
struct Restoring<'d, 'o> {
    desk: &'d mut Desk<'o>,
    erased: &'d BTreeSet<String>,
    found: Manifest,
    put_back: u64,
    forgotten: u64,
}

impl Restoring<'_, '_> {
    async fn take(&mut self, frame: Frame) -> Result<(), OfficeError> {
        if self.is_of_erased(&frame)? {
            self.forgotten += 1;
            return Ok(self.found.count(&frame)?);
        }
        self.found.count(&frame)?;
        self.put_back += 1;
        let desk = &mut *self.desk;
        match frame {
            Frame::Record(record) => desk.tx.put_back(&record).await?,
            Frame::Key(name, sealed) => {
                desk.office.keys.open_key(&name, &sealed).map_err(|_| BackupError::MasterKey)?;
                desk.tx.put_key(&name, &sealed).await?;
            }
            Frame::Visit(visit) => desk.tx.add_visit(&visit).await?,
            Frame::HandedIn(id, entry) => desk.tx.hand_in(&id, &entry).await?,
            Frame::Entry(id, entry) => desk.tx.put_back_entry(self.found.entries - 1, &id, &entry).await?,
            Frame::Header(_) | Frame::Manifest(_) => return Err(BackupError::NoBackup.into()),
        }
        Ok(())
    }

    /// Whether it is about somebody who left. A visit may still be theirs: nobody's without the person's record, and noise when the
    /// day's key is destroyed.
    fn is_of_erased(&self, frame: &Frame) -> Result<bool, OfficeError> {
        let person = match frame {
            Frame::Record(record) => record.person.clone(),
            Frame::Key(name, _) => name.strip_prefix("person/").and_then(|id| PersonId::new(id).ok()),
            _ => None,
        };
        match person {
            Some(person) if !self.erased.is_empty() => {
                Ok(self.erased.contains(&self.desk.erased_as(&person)?))
            }
            _ => Ok(false),
        }
    }
}
