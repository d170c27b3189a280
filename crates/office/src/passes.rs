//! Passes: a level that a person carries, on a phone or on paper, and the documents that doors check it by.

use std::{collections::BTreeMap, fmt};

use evidence::{Level, PersonId};
use issuer::{Batch, KeyRing, Signer, draw_id, issue, publish_filter};
use jiff::{SignedDuration, Timestamp};
use ledger::{Logged, Sha256Hash};
use pass::{Claims, Edition, HolderKey, Hour, LIFETIME_MAX, PassId};

use crate::{
    actor::Actor,
    changes::Change,
    colour::Rerated,
    desk::{Desk, Filed, day_around},
    error::OfficeError,
    kept::{Carried, Kept as _, Rated, Revoked, Signed},
    logged::schedule,
    office::{Office, transact},
    permissions::UseCase,
    shown_pass::ShownPass,
};

/// How long doors may use a trust list or filter: longer than an outage, and no longer than a pass.
const DOCUMENT_LIFETIME: SignedDuration = SignedDuration::from_hours(24);
/// Revoked passes that are kept in one record.
const PASSES_TOGETHER: usize = 1_000;
/// Records read at once while a filter is made.
const AT_ONCE: u32 = 1_000;

/// What passes are issued with.
pub struct PassDesk {
    /// The keys that sign passes.
    pub keys: KeyRing,
    /// The key that signs trust lists and filters; doors have its public key from the beginning.
    pub publisher: Box<dyn Signer>,
    /// The authority's short name, as passes say it.
    pub issuer: String,
    /// The region, as passes say it; may be empty.
    pub region: String,
    /// Short codes of rule sets, by their id: a pass has little room. One without a code is named by its id.
    pub rule_set_codes: BTreeMap<String, String>,
    /// Where help and appeal are, as paper passes above green say it.
    pub help: String,
}

impl fmt::Debug for PassDesk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PassDesk")
            .field("keys", &self.keys)
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

/// A pass as its holder gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarriedPass {
    /// When the phone shows it, and how long it is valid.
    pub hour: Hour,
    /// The text of its QR code; a phone adds its proof.
    pub text: String,
}

/// Initials for a glance at an identity card: of every word its first letter; of a single word in letters without case, as
/// Chinese names are written, the first.
fn initials(name: &str) -> String {
    let first = |word: &str| word.chars().next().map(|letter| letter.to_uppercase().to_string());
    name.split_whitespace().take(2).filter_map(first).map(|letter| letter + ".").collect()
}

impl Office {
    pub(crate) fn pass_desk(&self) -> Result<&PassDesk, OfficeError> {
        let refused = || OfficeError::refused("this office issues no passes", "configure its keys");
        self.passes.as_deref().ok_or_else(refused)
    }

    /// The public key of whoever signs the documents for doors (SubjectPublicKeyInfo, DER).
    ///
    /// # Errors
    /// [`OfficeError::Refused`] where the office issues no passes.
    pub fn publisher_key(&self) -> Result<Vec<u8>, OfficeError> {
        Ok(self.pass_desk()?.publisher.spki().to_vec())
    }

    /// Where help and appeal are, as passes say it; empty where the office issues none.
    #[must_use]
    pub fn help(&self) -> &str {
        self.passes.as_deref().map_or("", |desk| &desk.help)
    }

    fn signer<'a>(&self, desk: &'a PassDesk, at: Timestamp) -> Result<&'a dyn Signer, OfficeError> {
        let refused =
            || OfficeError::refused("no key signs passes yet", "wait until the first key's time begins");
        desk.keys.signer(at).ok_or_else(refused)
    }

    /// The hours for which a person can get passes now. Their phone makes a key for each.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the actor may not act for the person.
    pub async fn pass_hours(&self, actor: &Actor, person: &PersonId) -> Result<Vec<Hour>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::IssuePass, Some(person), "issuing passes").await?;
            let (rated, _) = desk.what_to_carry(person).await?;
            Ok(Batch::new(desk.at, rated.changes_at).hours().to_vec())
        })
    }

    /// Issues the passes of the hours ahead, bound to the keys of a phone, which may be a proxy's. There may be more keys than
    /// hours; each is used once, the first for the first hour.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the actor may not act for the person, [`OfficeError::Issue`] with fewer keys than hours.
    pub async fn issue_passes(
        &self,
        actor: &Actor,
        person: &PersonId,
        phone: &[HolderKey],
    ) -> Result<Vec<CarriedPass>, OfficeError> {
        let with = self.pass_desk()?;
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::IssuePass, Some(person), "issuing passes").await?;
            let (rated, claims) = desk.what_to_carry(person).await?;
            let batch = Batch::new(desk.at, rated.changes_at);
            let keys = phone.get(..batch.hours().len()).unwrap_or(phone);
            let signer = self.signer(with, desk.at)?;
            let issued =
                batch.issue(&claims, keys, None, &mut |bytes| self.randomness.fill(bytes), signer)?;
            let ids = issued.iter().map(|(hour, id, _)| (id.to_string(), hour.expires)).collect();
            desk.remember(&[desk.carried(&rated, ids)], signer.spki()).await?;
            Ok(issued.into_iter().map(|(hour, _, text)| CarriedPass { hour, text }).collect())
        })
    }

    /// Issues a pass on paper, for a day at most (R11).
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the actor may not act for the person.
    pub async fn issue_paper_pass(
        &self,
        actor: &Actor,
        person: &PersonId,
        purpose: &str,
    ) -> Result<CarriedPass, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::IssuePass, Some(person), purpose).await?;
            desk.paper_pass(person).await.map(|(_, pass)| pass)
        })
    }

    /// Revokes all passes of a person, as when a phone is lost; gives how many.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the actor may not act for the person.
    pub async fn revoke_passes(
        &self,
        actor: &Actor,
        person: &PersonId,
        purpose: &str,
    ) -> Result<u64, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::IssuePass, Some(person), purpose).await?;
            desk.revoke(person).await
        })
    }

    /// The signed filter of revoked passes as it is now, for doors. Its version is the second in which it was made.
    ///
    /// # Errors
    /// Where the database or the signer fails.
    pub async fn revocation_filter(&self) -> Result<Vec<u8>, OfficeError> {
        let with = self.pass_desk()?;
        transact!(self, |desk| {
            let mut revoked = Vec::new();
            for record in desk.everything::<Revoked>("kept").await? {
                desk.unexpired(record.what.passes, &mut revoked);
            }
            let mut living = Vec::new();
            for record in desk.everything::<Carried>("living").await? {
                desk.unexpired(record.what.passes, &mut living);
            }
            let mut random = |bytes: &mut [u8]| self.randomness.fill(bytes);
            Ok(publish_filter(desk.edition()?, &revoked, &living, &mut random, &*with.publisher)?)
        })
    }
}

impl Desk<'_> {
    /// The colours of people as they are now, each with what a pass says of it; times, id and holder are still to be filled in.
    async fn what_to_carry_all(&mut self, people: &[PersonId]) -> Result<Vec<(Rated, Claims)>, OfficeError> {
        let with = self.office.pass_desk()?;
        let Rerated { rated, mut residents } = self.rate_anew(&people.iter().cloned().collect()).await?;
        let rule_set = self.rule_set().await?.map_or_else(String::new, |rule_set| {
            with.rule_set_codes.get(&rule_set.id).unwrap_or(&rule_set.id).clone()
        });
        let mut carried = Vec::with_capacity(people.len());
        for rated in rated {
            let Some(resident) = residents.remove(&rated.person) else { continue };
            let claims = Claims {
                issuer: with.issuer.clone(),
                issued: self.at,
                expires: self.at,
                id: PassId::new([0; 8]),
                holder: None,
                level: rated.level,
                rule_set: rule_set.clone(),
                region: with.region.clone(),
                initials: initials(&resident.name),
                birthday: resident.particulars.birthday,
                help: String::new(),
            };
            carried.push((rated, claims));
        }
        Ok(carried)
    }

    /// The person's colour as it is now, and what a pass says of it.
    pub(crate) async fn what_to_carry(&mut self, person: &PersonId) -> Result<(Rated, Claims), OfficeError> {
        let carried = self.what_to_carry_all(std::slice::from_ref(person)).await?;
        carried.into_iter().next().ok_or(OfficeError::Unknown("person"))
    }

    /// Issues a pass that needs no phone, for a day at most; gives the colour it says as well.
    pub(crate) async fn paper_pass(
        &mut self,
        person: &PersonId,
    ) -> Result<(Rated, CarriedPass), OfficeError> {
        let passes = self.paper_passes(std::slice::from_ref(person)).await?;
        passes.into_iter().next().ok_or(OfficeError::Unknown("person"))
    }

    /// Issues such passes to many people; to none who is not registered.
    pub(crate) async fn paper_passes(
        &mut self,
        people: &[PersonId],
    ) -> Result<Vec<(Rated, CarriedPass)>, OfficeError> {
        let office = self.office;
        let with = office.pass_desk()?;
        let signer = office.signer(with, self.at)?;
        // To the second, as passes have it.
        let start = Timestamp::from_second(self.at.as_second())?;
        let day = start.checked_add(LIFETIME_MAX)?;
        let (mut passes, mut carried) = (Vec::new(), Vec::new());
        for (rated, claims) in self.what_to_carry_all(people).await? {
            let expires = rated.changes_at.map_or(day, |changes| changes.min(day));
            let id = draw_id(None, &mut |bytes| office.randomness.fill(bytes));
            let help = if rated.level == Level::Green { String::new() } else { with.help.clone() };
            let text = issue(&Claims { issued: start, expires, id, help, ..claims }, signer)?;
            carried.push(self.carried(&rated, vec![(id.to_string(), expires)]));
            passes.push((rated, CarriedPass { hour: Hour { start, end: expires, expires }, text }));
        }
        self.remember(&carried, signer.spki()).await?;
        Ok(passes)
    }

    fn carried(&self, rated: &Rated, passes: Vec<(String, Timestamp)>) -> Carried {
        Carried { person: rated.person.clone(), level: rated.level, issued: self.at, passes }
    }

    /// Remembers passes that were issued, for their holders and for the count in the public log.
    async fn remember(&mut self, carried: &[Carried], spki: &[u8]) -> Result<(), OfficeError> {
        let passes: usize = carried.iter().map(|carried| carried.passes.len()).sum();
        if passes == 0 {
            return Ok(());
        }
        let (from, to) = day_around(self.at)?;
        let signed = Signed { public_key: Sha256Hash::of(spki), from, to, passes: passes as u64 };
        self.file(&signed).await?;
        self.file_all(carried).await
    }

    /// Revokes the living passes of a person; gives how many.
    pub(crate) async fn revoke(&mut self, person: &PersonId) -> Result<u64, OfficeError> {
        self.revoke_all(std::slice::from_ref(person)).await
    }

    /// Revokes the living passes of many people; gives how many. Only their ids remain, with nobody's name.
    pub(crate) async fn revoke_all(&mut self, people: &[PersonId]) -> Result<u64, OfficeError> {
        self.changes.extend(people.iter().cloned().map(Change::Person));
        let mut known = self.about_kinds(&[Carried::KIND, ShownPass::KIND], people).await?;
        let shown = self.read_all::<ShownPass>(known.take::<ShownPass>()).await?;
        let carried = known.take::<Carried>();
        self.renew(shown).await?;
        let mut passes = Vec::new();
        for carried in self.read_all::<Carried>(carried.clone()).await? {
            passes.extend(carried.what.passes.into_iter().filter(|(_, expires)| *expires > self.at));
        }
        let revoked: Vec<Revoked> =
            passes.chunks(PASSES_TOGETHER).map(|passes| Revoked { passes: passes.to_vec() }).collect();
        self.file_all(&revoked).await?;
        self.discard_all(&carried).await?;
        Ok(passes.len() as u64)
    }

    /// Adds up how many passes each key signed on each day, and logs it for days that are over. Says whether there is more to be
    /// added up. Every issue leaves a count of its own, so that no two are in each other's way.
    pub(crate) async fn count_signed(&mut self) -> Result<bool, OfficeError> {
        let some = self.in_state::<Signed>("kept", None, AT_ONCE).await?;
        let is_all = some.len() < AT_ONCE as usize;
        let mut days: BTreeMap<_, Vec<Filed<Signed>>> = BTreeMap::new();
        for filed in some {
            days.entry((filed.what.public_key.0, filed.what.to)).or_default().push(filed);
        }
        for counts in days.into_values() {
            let Some(Filed { what: first, .. }) = counts.first().cloned() else { continue };
            let is_over = is_all && first.to <= self.at;
            if !is_over && counts.len() == 1 {
                continue;
            }
            let passes = counts.iter().map(|count| count.what.passes).sum();
            for count in &counts {
                self.discard(count).await?;
            }
            let sum = Signed { passes, ..first };
            if is_over {
                let Signed { public_key, from, to, .. } = sum;
                let passes = ledger::Count::of_many(passes);
                self.log(schedule(&self.office.body), Logged::PassesIssued { public_key, from, to, passes })
                    .await?;
            } else {
                self.file(&sum).await?;
            }
        }
        Ok(!is_all)
    }

    fn unexpired(&self, passes: Vec<(String, Timestamp)>, into: &mut Vec<PassId>) {
        let living = passes.into_iter().filter(|(_, expires)| *expires > self.at);
        into.extend(living.filter_map(|(id, _)| id.parse::<PassId>().ok()));
    }

    pub(crate) fn edition(&self) -> Result<Edition, OfficeError> {
        let issued = Timestamp::from_second(self.at.as_second())?;
        let version = u64::try_from(issued.as_second()).unwrap_or_default();
        Ok(Edition { version, issued, expires: issued.checked_add(DOCUMENT_LIFETIME)? })
    }
}
