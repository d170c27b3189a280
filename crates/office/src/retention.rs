//! What is no longer to be kept is forgotten, and that it was is recorded: a signed deletion record for each class of data, whose hash
//! stands in the public log (R9).
//!
//! What is forgotten is counted in the same transaction, whoever dies. A deletion record sums up the counts of a day, as soon as the
//! day is over, or of what was forgotten since the last one where somebody runs retention by hand.

use std::collections::BTreeMap;

use evidence::{EvidenceKind, PersonId};
use issuer::Signer;
use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date};
use ledger::{BodyName, Count, DataClass, Logged, Sha256Hash};
use serde::{Deserialize, Serialize};
use store::{Record, RecordId};

use crate::{
    actor::Actor,
    desk::{Desk, Filed, day_of, start_of},
    error::OfficeError,
    kept::{Kept, Piece},
    logged::schedule,
    office::{Office, transact},
    permissions::UseCase,
};

/// Records that are forgotten in one transaction.
const AT_ONCE: u32 = 1_000;
/// Visits that are forgotten in one transaction.
const VISITS_AT_ONCE: u32 = 10_000;

/// The class of each kind of record. Evidence is of the class of what it says, and is looked at.
const CLASSES: &[(&str, DataClass)] = &[
    ("resident", DataClass::PersonalDetails),
    ("household", DataClass::Households),
    ("proxy", DataClass::PersonalDetails),
    ("rated", DataClass::Ratings),
    ("pass", DataClass::Ratings),
    ("revoked", DataClass::Ratings),
    ("signed", DataClass::Ratings),
    ("open_visit", DataClass::Visits),
    ("partition", DataClass::Visits),
    ("question", DataClass::Exposures),
    ("notice", DataClass::Ratings),
    ("access", DataClass::AccessRecords),
    ("appeal", DataClass::Rulings),
    ("attachment", DataClass::Rulings),
    ("proposal", DataClass::Rulings),
    ("touched_officers", DataClass::Rulings),
    ("opening", DataClass::Rulings),
    ("statement", DataClass::Cases),
    ("specimen", DataClass::Tests),
    ("named_contact", DataClass::NamedContacts),
    ("follow_up", DataClass::Cases),
    ("place_trace", DataClass::Exposures),
    ("exposure_notice", DataClass::Exposures),
    ("share", DataClass::Ratings),
    ("unexplained", DataClass::Ratings),
    ("alert", DataClass::Rulings),
    ("look", DataClass::AccessRecords),
    ("looks_of_day", DataClass::AccessRecords),
    ("line_list", DataClass::AccessRecords),
    ("owns", DataClass::PersonalDetails),
    ("reached", DataClass::PersonalDetails),
    ("push_subscription", DataClass::PersonalDetails),
    ("account", DataClass::PersonalDetails),
    ("session", DataClass::PersonalDetails),
    ("code", DataClass::PersonalDetails),
    ("passkey", DataClass::PersonalDetails),
    ("passkey_ceremony", DataClass::PersonalDetails),
    ("answered", DataClass::PersonalDetails),
    ("erased", DataClass::PersonalDetails),
    ("shown_pass", DataClass::Ratings),
    ("import", DataClass::AccessRecords),
    ("imported_visit", DataClass::Visits),
    ("vouched", DataClass::Cases),
    ("whole_export", DataClass::AccessRecords),
];

/// What was forgotten of a class, until its deletion record is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Forgotten {
    class: DataClass,
    /// The day on which the earliest of it was collected.
    from: Date,
    /// The day on which the latest was.
    to: Date,
    records: u64,
    keys: u64,
    /// When it was forgotten first.
    since: Timestamp,
    /// When it was forgotten last.
    until: Timestamp,
}

impl Kept for Forgotten {
    const KIND: &'static str = "forgotten";
    fn person(&self) -> Option<&PersonId> {
        None
    }
    fn keep_until(&self) -> Option<Timestamp> {
        None
    }
}

impl Forgotten {
    fn with(self, other: &Forgotten) -> Forgotten {
        Forgotten {
            class: self.class,
            from: self.from.min(other.from),
            to: self.to.max(other.to),
            records: self.records.saturating_add(other.records),
            keys: self.keys.saturating_add(other.keys),
            since: self.since.min(other.since),
            until: self.until.max(other.until),
        }
    }
}

/// What a deletion record says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deletion {
    /// `cleanbill-deletion-record/v1`.
    pub form: String,
    /// Whose office deleted.
    pub body: BodyName,
    /// What.
    pub class: DataClass,
    /// Collected from the beginning of this day (UTC) on.
    pub from: Timestamp,
    /// Collected before the end of a day, which is this instant.
    pub to: Timestamp,
    /// How many records.
    pub records: u64,
    /// How many keys were destroyed with them: of days, of people who left.
    pub keys_destroyed: u64,
    /// When the first of them was deleted.
    pub deleted_from: Timestamp,
    /// When the last was.
    pub deleted_to: Timestamp,
}

/// A deletion record with its signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedDeletion {
    /// What it says, as the JSON text that was signed.
    pub document: String,
    /// The hash of the public key.
    pub key: Sha256Hash,
    /// The signature over [`SignedDeletion::signed_bytes`], in hexadecimal digits.
    pub signature: String,
    /// When it was signed.
    pub at: Timestamp,
}

/// What running retention did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purged {
    /// Records forgotten.
    pub forgotten: u64,
    /// Days whose visits became noise.
    pub days_destroyed: u64,
    /// The deletion records, a class each; also of what was forgotten before and not signed yet.
    pub signed: Vec<SignedDeletion>,
}

impl Kept for SignedDeletion {
    const KIND: &'static str = "deletion_record";
    fn person(&self) -> Option<&PersonId> {
        None
    }
    fn keep_until(&self) -> Option<Timestamp> {
        None
    }
}

impl SignedDeletion {
    /// What is signed: that it is a deletion record, and the document.
    #[must_use]
    pub fn signed_bytes(document: &str) -> Vec<u8> {
        format!("cleanbill-deletion-record/v1\n{document}").into_bytes()
    }

    /// What the public log holds the hash of: document, key and signature, a line each.
    #[must_use]
    pub fn hash(&self) -> Sha256Hash {
        Sha256Hash::of(format!("{}\n{}\n{}\n", self.document, self.key, self.signature).as_bytes())
    }

    /// What it says.
    ///
    /// # Errors
    /// [`OfficeError::Unreadable`] where it is of a later version.
    pub fn says(&self) -> Result<Deletion, OfficeError> {
        Ok(serde_json::from_str(&self.document)?)
    }

    fn sign(says: &Deletion, signer: &dyn Signer, at: Timestamp) -> Result<Self, OfficeError> {
        let document = serde_json::to_string(says)?;
        let signature = signer.sign(&SignedDeletion::signed_bytes(&document));
        let signature = signature.map_err(|error| OfficeError::Unreadable(error.to_string()))?;
        let signature = signature.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(SignedDeletion { document, key: Sha256Hash::of(signer.spki()), signature, at })
    }
}

impl Office {
    /// Runs retention now, also where no schedule does, and says what was removed, a deletion record for each class. It may be
    /// stopped at any moment and begun again.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for anybody but an operator, [`OfficeError::Refused`] where the office has no key for documents.
    pub async fn purge(&self, actor: &Actor) -> Result<Purged, OfficeError> {
        let by = transact!(self, |desk| {
            desk.authorise(actor, UseCase::RunRetention, None, "").await?;
            if self.documents.is_none() {
                return Err(OfficeError::refused(
                    "this office has no key that signs deletion records",
                    "configure a documents key",
                ));
            }
            Ok(actor.officer().ok_or(OfficeError::Unknown("officer"))?.logged())
        })?;
        let forgotten = self.forget().await?;
        let days_destroyed = self.destroy_days().await?;
        self.sweep().await?;
        while !transact!(self, |desk| { desk.sum_up().await })? {}
        let signed = transact!(self, |desk| { desk.sign_deletions(&by, Timestamp::MAX).await })?;
        Ok(Purged { forgotten, days_destroyed, signed })
    }

    /// The deletion records, in no order.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for anybody but oversight and operators.
    pub async fn deletions(
        &self,
        actor: &Actor,
        after: Option<&RecordId>,
        limit: u32,
    ) -> Result<Vec<(RecordId, SignedDeletion)>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::SeeDeletions, None, "").await?;
            let signed = desk.in_state::<SignedDeletion>("kept", after, limit).await?;
            Ok(signed.into_iter().map(|filed| (filed.id, filed.what)).collect())
        })
    }

    /// Forgets what is no longer to be kept; gives how many records.
    pub(crate) async fn forget(&self) -> Result<u64, OfficeError> {
        let mut forgotten = 0;
        loop {
            let some = transact!(self, |desk| {
                let records = desk.tx.expired(desk.at, AT_ONCE).await?;
                desk.count_forgotten(&records, 0).await?;
                desk.tx.remove_all(&records).await?;
                Ok(records.len() as u64)
            })?;
            forgotten += some;
            if some < u64::from(AT_ONCE) {
                return Ok(forgotten);
            }
        }
    }

    /// Destroys the keys of days whose visits are no longer to be kept, and forgets those visits; gives how many days.
    pub(crate) async fn destroy_days(&self) -> Result<u64, OfficeError> {
        let destroyed = transact!(self, |desk| {
            let first_kept = desk.first_day_kept();
            let mut destroyed = 0;
            for name in desk.tx.key_names("day/", "", 10_000).await? {
                let day: Date = name.trim_start_matches("day/").parse()?;
                if day < first_kept {
                    desk.tx.destroy_key(&name).await?;
                    let visits = desk.forget_partitions(day).await?;
                    desk.count(DataClass::Visits, (day, day), visits, 1).await?;
                    destroyed += 1;
                }
            }
            Ok(destroyed)
        })?;
        // Without their key they tell nothing. They need not all go at once.
        while transact!(self, |desk| {
            let first_kept = desk.first_day_kept();
            let days = desk.tx.visit_days().await?;
            let Some(day) = days.first().copied().filter(|day| *day < first_kept) else { return Ok(false) };
            let Some(last) = desk.tx.visits_of(day, VISITS_AT_ONCE).await?.pop() else { return Ok(false) };
            let visits = desk.tx.forget_visits_to(&last).await?;
            desk.count(DataClass::Visits, (day, day), visits, 0).await?;
            Ok(true)
        })? {}
        Ok(destroyed)
    }

    /// Signs the deletion records of days that are over.
    pub(crate) async fn sign_deletions(&self) -> Result<(), OfficeError> {
        while !transact!(self, |desk| { desk.sum_up().await })? {}
        transact!(self, |desk| {
            let today = start_of(day_of(desk.at))?;
            desk.sign_deletions(&schedule(&self.body), today).await
        })?;
        Ok(())
    }
}

impl Desk<'_> {
    /// The first day whose visits are still kept: a day is over when its last instant is older than visits are kept.
    pub(crate) fn first_day_kept(&self) -> Date {
        day_of(self.ago(EvidenceKind::Visit.retention().unwrap_or(SignedDuration::ZERO)))
    }

    /// Counts something that is forgotten in this transaction, collected from a day to a day.
    async fn count(
        &mut self,
        class: DataClass,
        (from, to): (Date, Date),
        records: u64,
        keys: u64,
    ) -> Result<(), OfficeError> {
        let forgotten = Forgotten { class, from, to, records, keys, since: self.at, until: self.at };
        self.file(&forgotten).await?;
        Ok(())
    }

    /// Counts records that are forgotten in this transaction, by class; with so many keys of people.
    pub(crate) async fn count_forgotten(&mut self, records: &[Record], keys: u64) -> Result<(), OfficeError> {
        self.load_keys(records.iter().filter_map(|record| record.person.as_ref())).await?;
        let mut classes: BTreeMap<DataClass, Forgotten> = BTreeMap::new();
        for record in records {
            let (class, day) = (self.class(record).await?, day_of(record.filed));
            let (since, until) = (self.at, self.at);
            let one = Forgotten { class, from: day, to: day, records: 1, keys: 0, since, until };
            let sum = classes.remove(&class).map_or(one.clone(), |sum| sum.with(&one));
            classes.insert(class, sum);
        }
        if let Some(personal) = classes.get_mut(&DataClass::PersonalDetails) {
            personal.keys = keys;
        }
        let classes: Vec<Forgotten> = classes.into_values().collect();
        self.file_all(&classes).await
    }

    /// The class of a record.
    async fn class(&mut self, record: &Record) -> Result<DataClass, OfficeError> {
        if record.kind == Piece::KIND {
            let piece = self.read::<Piece>(record.clone()).await?;
            return Ok(match piece.what.says.kind() {
                EvidenceKind::Declaration => DataClass::Declarations,
                EvidenceKind::Check => DataClass::Checks,
                EvidenceKind::Stay => DataClass::Stays,
                EvidenceKind::Trip => DataClass::Trips,
                EvidenceKind::Test => DataClass::Tests,
                EvidenceKind::Case => DataClass::Cases,
                EvidenceKind::Ruling => DataClass::Rulings,
                EvidenceKind::Visit => DataClass::Visits,
                EvidenceKind::Household => DataClass::Households,
                EvidenceKind::NamedContact => DataClass::NamedContacts,
                _ => DataClass::Exposures,
            });
        }
        let class = CLASSES.iter().find(|(kind, _)| *kind == record.kind).map(|(_, class)| *class);
        Ok(class.unwrap_or(DataClass::PersonalDetails))
    }

    /// Sums up what was forgotten, by class and day; says whether everything is summed up.
    async fn sum_up(&mut self) -> Result<bool, OfficeError> {
        let some = self.in_state::<Forgotten>("kept", None, AT_ONCE).await?;
        let is_all = some.len() < AT_ONCE as usize;
        let mut sums: BTreeMap<(DataClass, Date), Vec<Filed<Forgotten>>> = BTreeMap::new();
        for filed in some {
            sums.entry((filed.what.class, day_of(filed.what.until))).or_default().push(filed);
        }
        for counts in sums.into_values().filter(|counts| counts.len() > 1) {
            let sum = counts.iter().map(|filed| filed.what.clone()).reduce(|sum, one| sum.with(&one));
            for filed in &counts {
                self.discard(filed).await?;
            }
            if let Some(sum) = sum {
                self.file(&sum).await?;
            }
        }
        Ok(is_all)
    }

    /// Signs and logs the deletion records of what was forgotten before an instant, where the office has a key for documents.
    async fn sign_deletions(
        &mut self,
        by: &ledger::Office,
        before: Timestamp,
    ) -> Result<Vec<SignedDeletion>, OfficeError> {
        let Some(signer) = self.office.documents.clone() else { return Ok(Vec::new()) };
        let mut sums: BTreeMap<DataClass, Forgotten> = BTreeMap::new();
        for filed in self.in_state::<Forgotten>("kept", None, AT_ONCE).await? {
            if filed.what.until < before {
                let sum =
                    sums.remove(&filed.what.class).map_or(filed.what.clone(), |sum| sum.with(&filed.what));
                sums.insert(sum.class, sum);
                self.discard(&filed).await?;
            }
        }
        let mut all = Vec::new();
        for sum in sums.into_values() {
            let (from, to) = (start_of(sum.from)?, start_of(sum.to.checked_add(1.day())?)?);
            let says = Deletion {
                form: "cleanbill-deletion-record/v1".to_owned(),
                body: self.office.body.clone(),
                class: sum.class,
                from,
                to,
                records: sum.records,
                keys_destroyed: sum.keys,
                deleted_from: sum.since,
                deleted_to: sum.until,
            };
            let signed = SignedDeletion::sign(&says, &*signer.0, self.at)?;
            let records = Count::of_many(sum.records);
            let deletion_record = signed.hash();
            let logged = Logged::DataDeleted { class: sum.class, from, to, records, deletion_record };
            self.log(by.clone(), logged).await?;
            self.file(&signed).await?;
            all.push(signed);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_of_record_has_a_class() {
        // Of these nothing is about anybody, or, of evidence, the class is looked up.
        let others = [
            "evidence",
            "forgotten",
            "deletion_record",
            "rule_set",
            "region_level",
            "issuer",
            "venue",
            "figures",
        ];
        let classified: BTreeSet<&str> = CLASSES.iter().map(|(kind, _)| *kind).chain(others).collect();
        let mut kinds = 0;
        for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src")).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap_or_default();
            for (_, rest) in text
                .match_indices("const KIND: &'static str = \"")
                .map(|(at, found)| (at, &text[at + found.len()..]))
            {
                let kind = rest.split('"').next().unwrap();
                assert!(classified.contains(kind), "give the kind {kind} a class in CLASSES");
                kinds += 1;
            }
        }
        assert!(kinds > 15, "{kinds}");
    }
}
