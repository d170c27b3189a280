//! What a use case works with: one transaction, one instant, and everything about a person sealed under their key.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use evidence::PersonId;
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use store::{DataKey, DayKey, Record, RecordId, Transaction};

use crate::{
    actor::{Actor, Officer},
    changes::Change,
    error::OfficeError,
    kept::{Access, FoundBy, Kept, Notice, NoticeAbout, Resident},
    office::Office,
    permissions::{UseCase, Whose, allowed},
};

/// Something kept, with what is needed to replace it.
#[derive(Debug, Clone)]
pub(crate) struct Filed<T> {
    pub(crate) id: RecordId,
    pub(crate) version: i64,
    /// The keyed hash by which it is found.
    pub(crate) lookup: Option<Vec<u8>>,
    pub(crate) what: T,
}

/// One transaction of a use case.
pub(crate) struct Desk<'o> {
    pub(crate) office: &'o Office,
    pub(crate) tx: Box<dyn Transaction>,
    /// The instant of the use case.
    pub(crate) at: Timestamp,
    data_keys: HashMap<PersonId, DataKey>,
    /// What others may have in memory and is another now.
    pub(crate) changes: Vec<Change>,
}

/// Records by their kind, each in the order of people and ids.
#[derive(Default)]
pub(crate) struct Kinds(BTreeMap<String, Vec<Record>>);

impl Kinds {
    /// Those of a kind, taken out.
    pub(crate) fn take<T: Kept>(&mut self) -> Vec<Record> {
        self.0.remove(T::KIND).unwrap_or_default()
    }
}

/// More days than there are keys of.
const DAYS_MAX: u32 = 1_000;

/// The day of UTC to which a visit that began at an instant belongs.
pub(crate) fn day_of(at: Timestamp) -> Date {
    at.to_zoned_datetime(TimeZone::UTC).date()
}

/// The instant at which a day of UTC begins.
pub(crate) fn start_of(day: Date) -> Result<Timestamp, OfficeError> {
    Ok(day.to_zoned_datetime(TimeZone::UTC)?.timestamp())
}

/// The day of UTC in which an instant lies: its beginning and its end.
pub(crate) fn day_around(at: Timestamp) -> Result<(Timestamp, Timestamp), OfficeError> {
    let day = day_of(at);
    Ok((start_of(day)?, start_of(day.tomorrow()?)?))
}

fn place(kind: &str, id: &RecordId) -> String {
    format!("{kind}/{}", id.as_str())
}

impl<'o> Desk<'o> {
    pub(crate) async fn open(office: &'o Office) -> Result<Self, OfficeError> {
        let mut desk = Self::with(office, office.store.begin().await?);
        desk.unless_answered().await?;
        Ok(desk)
    }

    /// Opens a desk at which nothing is written.
    pub(crate) async fn open_to_look(office: &'o Office) -> Result<Self, OfficeError> {
        Ok(Self::with(office, office.store.begin_looking().await?))
    }

    /// Opens a desk for somebody who looks something up: an officer leaves a trace by it, a resident and a stranger none.
    pub(crate) async fn open_for(office: &'o Office, who: Option<&Actor>) -> Result<Self, OfficeError> {
        match who {
            Some(Actor::Officer(_)) => Self::open(office).await,
            Some(Actor::Resident(_)) | None => Self::open_to_look(office).await,
        }
    }

    fn with(office: &'o Office, tx: Box<dyn Transaction>) -> Self {
        Desk { office, tx, at: office.clock.now(), data_keys: HashMap::new(), changes: Vec::new() }
    }

    pub(crate) async fn close(self) -> Result<(), OfficeError> {
        Ok(self.tx.commit().await?)
    }

    /// A new id.
    pub(crate) fn new_id(&self) -> RecordId {
        RecordId::from_random(self.office.random())
    }

    /// Refuses what the actor may not do, or not with this person's record. A look by an officer leaves its access, which the
    /// person sees.
    pub(crate) async fn authorise(
        &mut self,
        actor: &Actor,
        what: UseCase,
        person: Option<&PersonId>,
        purpose: &str,
    ) -> Result<(), OfficeError> {
        let whose = allowed(actor.role(), what)?;
        match (actor, whose, person) {
            (_, Whose::Nobodys, _) | (Actor::Resident(_), _, None) => Ok(()),
            (Actor::Resident(own), _, Some(person)) if own == person => Ok(()),
            (Actor::Resident(own), _, Some(person)) => {
                let cares = self.resident(person).await?.is_some_and(|of| of.what.proxies.contains(own));
                // Whether there is such a person is no business of others.
                if cares { Ok(()) } else { Err(OfficeError::Unknown("person")) }
            }
            (Actor::Officer(_), Whose::Own, _) => {
                Err(OfficeError::Forbidden { role: actor.role().word(), what: what.words() })
            }
            (Actor::Officer(_), Whose::Anybodys, None) => Ok(()),
            (Actor::Officer(officer), Whose::Anybodys, Some(person)) => {
                self.look(officer, what, person, purpose).await
            }
        }
    }

    /// Leaves an officer's look at a record, for the person to see and to be counted.
    async fn look(
        &mut self,
        officer: &Officer,
        what: UseCase,
        person: &PersonId,
        purpose: &str,
    ) -> Result<(), OfficeError> {
        if purpose.trim().is_empty() {
            return Err(OfficeError::refused("a purpose is missing", "say why this record is needed"));
        }
        let access = Access {
            person: person.clone(),
            at: self.at,
            role: officer.role,
            body: officer.body.clone(),
            part: what.words().to_owned(),
            purpose: purpose.to_owned(),
        };
        self.file(&access).await?;
        self.count_look(officer, what).await
    }

    /// A person's record.
    pub(crate) async fn resident(
        &mut self,
        person: &PersonId,
    ) -> Result<Option<Filed<Resident>>, OfficeError> {
        Ok(self.about::<Resident>(person).await?.into_iter().next())
    }

    /// A person's record, or that there is no such person.
    pub(crate) async fn known(&mut self, person: &PersonId) -> Result<Filed<Resident>, OfficeError> {
        self.resident(person).await?.ok_or(OfficeError::Unknown("person"))
    }

    /// Gives a new person a key.
    pub(crate) async fn new_data_key(&mut self, person: &PersonId) -> Result<(), OfficeError> {
        self.may_seal().await?;
        let bytes: [u8; 32] = self.office.random();
        let name = format!("person/{person}");
        let sealed = self.office.keys.seal_key(&name, self.office.random(), &bytes)?;
        self.tx.put_key(&name, &sealed.0).await?;
        self.data_keys.insert(person.clone(), DataKey::new(bytes));
        Ok(())
    }

    async fn data_key(&mut self, person: &PersonId) -> Result<Option<&DataKey>, OfficeError> {
        self.load_keys([person]).await?;
        Ok(self.data_keys.get(person))
    }

    /// Reads the keys of many people at once.
    pub(crate) async fn load_keys(
        &mut self,
        people: impl IntoIterator<Item = &PersonId> + Send,
    ) -> Result<(), OfficeError> {
        let missing = people.into_iter().filter(|person| !self.data_keys.contains_key(*person));
        let missing: BTreeMap<String, PersonId> =
            missing.map(|person| (format!("person/{person}"), person.clone())).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = missing.keys().cloned().collect();
        for (name, sealed) in self.tx.keys(&names).await? {
            let bytes = self.office.keys.open_key(&name, &sealed)?;
            if let Some(person) = missing.get(&name) {
                self.data_keys.insert(person.clone(), DataKey::new(*bytes));
            }
        }
        Ok(())
    }

    /// Those of many people who have a record here: who has a key has one.
    pub(crate) async fn registered(
        &mut self,
        people: &BTreeSet<PersonId>,
    ) -> Result<BTreeSet<PersonId>, OfficeError> {
        self.load_keys(people).await?;
        Ok(people.iter().filter(|person| self.data_keys.contains_key(*person)).cloned().collect())
    }

    /// The keys of the days from one on that have one.
    pub(crate) async fn day_keys_from(&mut self, day: Date) -> Result<BTreeMap<Date, DayKey>, OfficeError> {
        let before = day.yesterday().map_or_else(|_| String::new(), |before| format!("day/{before}"));
        let names = self.tx.key_names("day/", &before, DAYS_MAX).await?;
        let mut keys = BTreeMap::new();
        for (name, sealed) in self.tx.keys(&names).await? {
            let key = DayKey::new(*self.office.keys.open_key(&name, &sealed)?);
            keys.insert(name.trim_start_matches("day/").parse()?, key);
        }
        Ok(keys)
    }

    /// The key of a day's visits; made where it is missing and `make` says so.
    pub(crate) async fn day_key(&mut self, day: Date, make: bool) -> Result<Option<DayKey>, OfficeError> {
        let name = format!("day/{day}");
        if let Some(sealed) = self.tx.key(&name).await? {
            return Ok(Some(DayKey::new(*self.office.keys.open_key(&name, &sealed)?)));
        }
        if !make {
            return Ok(None);
        }
        self.may_seal().await?;
        let bytes: [u8; 32] = self.office.random();
        let sealed = self.office.keys.seal_key(&name, self.office.random(), &bytes)?;
        self.tx.put_key(&name, &sealed.0).await?;
        Ok(Some(DayKey::new(bytes)))
    }

    async fn body<T: Kept>(&mut self, id: &RecordId, what: &T) -> Result<Vec<u8>, OfficeError> {
        let plain = serde_json::to_vec(what)?;
        let nonce = self.office.random();
        match what.person() {
            None => Ok(plain),
            Some(person) => {
                let key = self.data_key(person).await?.ok_or(OfficeError::Unknown("person"))?;
                Ok(key.seal(&place(T::KIND, id), nonce, &plain)?.0)
            }
        }
    }

    pub(crate) async fn read<T: Kept>(&mut self, record: Record) -> Result<Filed<T>, OfficeError> {
        let Record { id, version, lookup, person, body, .. } = record;
        let what = match person {
            None => serde_json::from_slice(&body)?,
            Some(person) => {
                let key = self.data_key(&person).await?.ok_or(OfficeError::Unknown("person"))?;
                serde_json::from_slice(&key.open(&place(T::KIND, &id), &body)?)?
            }
        };
        Ok(Filed { id, version, lookup, what })
    }

    async fn record<T: Kept>(&mut self, id: RecordId, version: i64, what: &T) -> Result<Record, OfficeError> {
        let body = self.body(&id, what).await?;
        let lookup = match what.found_by() {
            FoundBy::AsFiled | FoundBy::Nothing => None,
            FoundBy::Value(kind, value) => Some(self.office.keys.lookup(kind, &value)?.0),
        };
        Ok(Record {
            kind: T::KIND.to_owned(),
            person: what.person().cloned(),
            state: what.state().to_owned(),
            lookup,
            due: what.due(),
            keep_until: what.keep_until(),
            // To the day: the instant would tell which records belong to one another.
            filed: start_of(day_of(self.at))?,
            version,
            body,
            id,
        })
    }

    /// Keeps something new; gives its id.
    pub(crate) async fn file<T: Kept>(&mut self, what: &T) -> Result<RecordId, OfficeError> {
        let id = self.new_id();
        self.file_as(id, what, None).await
    }

    /// Keeps something new under an id, to be found by a keyed hash where one is given.
    pub(crate) async fn file_as<T: Kept>(
        &mut self,
        id: RecordId,
        what: &T,
        lookup: Option<Vec<u8>>,
    ) -> Result<RecordId, OfficeError> {
        let mut record = self.record(id.clone(), 1, what).await?;
        record.lookup = lookup.or(record.lookup);
        self.tx.add(&record).await?;
        Ok(id)
    }

    /// Keeps many new things at once.
    pub(crate) async fn file_all<T: Kept>(&mut self, all: &[T]) -> Result<(), OfficeError> {
        self.load_keys(all.iter().filter_map(Kept::person)).await?;
        let mut records = Vec::with_capacity(all.len());
        for what in all {
            let id = self.new_id();
            records.push(self.record(id, 1, what).await?);
        }
        Ok(self.tx.add_all(&records).await?)
    }

    async fn later<T: Kept>(&mut self, filed: &Filed<T>) -> Result<Record, OfficeError> {
        let mut record = self.record(filed.id.clone(), filed.version + 1, &filed.what).await?;
        if filed.what.found_by() == FoundBy::AsFiled {
            record.lookup.clone_from(&filed.lookup);
        }
        Ok(record)
    }

    /// Keeps a later version of something.
    pub(crate) async fn refile<T: Kept>(&mut self, filed: &Filed<T>) -> Result<(), OfficeError> {
        let record = self.later(filed).await?;
        Ok(self.tx.replace(&record).await?)
    }

    /// Keeps later versions of many things at once.
    pub(crate) async fn refile_all<T: Kept>(&mut self, all: &[Filed<T>]) -> Result<(), OfficeError> {
        self.load_keys(all.iter().filter_map(|filed| filed.what.person())).await?;
        let mut records = Vec::with_capacity(all.len());
        for filed in all {
            records.push(self.later(filed).await?);
        }
        Ok(self.tx.replace_all(&records).await?)
    }

    /// Keeps a later version of something, to be found by another keyed hash from now on.
    pub(crate) async fn refile_as<T: Kept>(
        &mut self,
        filed: &Filed<T>,
        lookup: Vec<u8>,
    ) -> Result<(), OfficeError> {
        let mut record = self.record(filed.id.clone(), filed.version + 1, &filed.what).await?;
        record.lookup = Some(lookup);
        Ok(self.tx.replace(&record).await?)
    }

    /// Everything of a kind that is found by a value.
    pub(crate) async fn found<T: Kept>(
        &mut self,
        kind: &'static str,
        value: &str,
    ) -> Result<Vec<Filed<T>>, OfficeError> {
        let lookup = self.office.keys.lookup(kind, value)?.0;
        let records = self.tx.found_by(T::KIND, &lookup).await?;
        self.read_all(records).await
    }

    /// Forgets many things at once, given as they are kept.
    pub(crate) async fn discard_all(&mut self, records: &[Record]) -> Result<(), OfficeError> {
        Ok(self.tx.remove_all(records).await?)
    }

    /// Forgets something.
    pub(crate) async fn discard<T: Kept>(&mut self, filed: &Filed<T>) -> Result<(), OfficeError> {
        Ok(self.tx.remove(T::KIND, &filed.id, filed.version).await?)
    }

    /// Something by its id.
    pub(crate) async fn filed<T: Kept>(&mut self, id: &RecordId) -> Result<Option<Filed<T>>, OfficeError> {
        let record = self.tx.get(T::KIND, id).await?;
        Ok(self.read_all(record.into_iter().collect()).await?.into_iter().next())
    }

    /// Everything of a kind about a person, in the order of ids.
    pub(crate) async fn about<T: Kept>(&mut self, person: &PersonId) -> Result<Vec<Filed<T>>, OfficeError> {
        let records = self.tx.about(T::KIND, person).await?;
        self.read_all(records).await
    }

    /// Everything of a kind about many people, in the order of people and ids.
    pub(crate) async fn about_all<T: Kept>(
        &mut self,
        people: &[PersonId],
    ) -> Result<Vec<Filed<T>>, OfficeError> {
        let records = self.tx.about_all(&[T::KIND], people).await?;
        self.read_all(records).await
    }

    /// Everything of several kinds about many people, read in one statement; each kind is then taken out of it.
    pub(crate) async fn about_kinds(
        &mut self,
        kinds: &[&'static str],
        people: &[PersonId],
    ) -> Result<Kinds, OfficeError> {
        let mut by_kind = Kinds::default();
        for record in self.tx.about_all(kinds, people).await? {
            by_kind.0.entry(record.kind.clone()).or_default().push(record);
        }
        Ok(by_kind)
    }

    /// The records of many people; of those who have one.
    pub(crate) async fn residents(
        &mut self,
        people: &[PersonId],
    ) -> Result<BTreeMap<PersonId, Resident>, OfficeError> {
        let residents = self.about_all::<Resident>(people).await?.into_iter();
        Ok(residents.map(|filed| (filed.what.person.clone(), filed.what)).collect())
    }

    /// Up to so many of a kind in a state.
    pub(crate) async fn in_state<T: Kept>(
        &mut self,
        state: &str,
        after: Option<&RecordId>,
        limit: u32,
    ) -> Result<Vec<Filed<T>>, OfficeError> {
        let records = self.tx.in_state(T::KIND, state, after, limit).await?;
        self.read_all(records).await
    }

    /// Up to so many of a kind with something due.
    pub(crate) async fn due<T: Kept>(&mut self, limit: u32) -> Result<Vec<Filed<T>>, OfficeError> {
        let records = self.tx.due(T::KIND, self.at, limit).await?;
        self.read_all(records).await
    }

    /// Reads records. What is no longer to be kept is not there, also before retention has taken it away.
    pub(crate) async fn read_all<T: Kept>(
        &mut self,
        records: Vec<Record>,
    ) -> Result<Vec<Filed<T>>, OfficeError> {
        let mut all = Vec::with_capacity(records.len());
        let at = self.at;
        self.load_keys(records.iter().filter_map(|record| record.person.as_ref())).await?;
        for record in records.into_iter().filter(|record| record.keep_until.is_none_or(|until| until > at)) {
            all.push(self.read(record).await?);
        }
        Ok(all)
    }

    /// Puts a notice to a person into the outbox.
    pub(crate) async fn tell(&mut self, person: &PersonId, about: NoticeAbout) -> Result<(), OfficeError> {
        let not_before = self.not_before(person).await?;
        self.file(&Notice { person: person.clone(), at: self.at, not_before, tries: 0, about }).await?;
        Ok(())
    }

    /// Puts notices to many people into the outbox.
    pub(crate) async fn tell_all(
        &mut self,
        people: &[PersonId],
        about: &NoticeAbout,
    ) -> Result<(), OfficeError> {
        let residents = self.residents(people).await?;
        self.tell_those(people, &residents, about).await
    }

    /// Puts notices to many people into the outbox, whose records were read before.
    pub(crate) async fn tell_those(
        &mut self,
        people: &[PersonId],
        residents: &BTreeMap<PersonId, Resident>,
        about: &NoticeAbout,
    ) -> Result<(), OfficeError> {
        let zone = &self.office.zone;
        let notice = |person: &PersonId| {
            let quiet = residents.get(person).map(|resident| resident.particulars.quiet.end(self.at, zone));
            let not_before = quiet.unwrap_or(self.at);
            Notice { person: person.clone(), at: self.at, not_before, tries: 0, about: about.clone() }
        };
        let notices: Vec<Notice> = people.iter().map(notice).collect();
        self.file_all(&notices).await
    }

    /// So long before now.
    pub(crate) fn ago(&self, duration: SignedDuration) -> Timestamp {
        self.at.checked_sub(duration).unwrap_or(Timestamp::MIN)
    }
}
