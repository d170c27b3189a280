//! The pass on a person's page: issued when their colour changes or the last one ends soon, not when somebody looks. Only the very
//! first is issued at a look.

use std::collections::{BTreeMap, BTreeSet};

use evidence::{Level, PersonId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    actor::Actor,
    desk::{Desk, Filed},
    error::OfficeError,
    kept::{Kept, Rated},
    office::{Office, look, transact},
    passes::CarriedPass,
    permissions::UseCase,
};

/// A pass that ends sooner is replaced, so that an outage of hours leaves nobody without one (R12).
const LEFT_MIN: SignedDuration = SignedDuration::from_hours(12);
/// Passes that are renewed in one transaction.
const AT_ONCE: u32 = 100;

/// The pass that a person's page shows.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownPass {
    /// Who holds it.
    pub person: PersonId,
    /// The level it says.
    pub level: Level,
    /// The text of its QR code.
    pub text: String,
    /// When it was issued.
    pub issued: Timestamp,
    /// Until when it is valid.
    pub expires: Timestamp,
    /// When the level changes by itself.
    pub changes_at: Option<Timestamp>,
    /// When it is replaced; it is not shown from then on.
    pub renewed_at: Timestamp,
}

impl std::fmt::Debug for ShownPass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ShownPass")
    }
}

impl Kept for ShownPass {
    const KIND: &'static str = "shown_pass";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    fn due(&self) -> Option<Timestamp> {
        Some(self.renewed_at)
    }
    fn keep_until(&self) -> Option<Timestamp> {
        Some(self.expires)
    }
}

impl ShownPass {
    fn new(rated: &Rated, pass: CarriedPass) -> Self {
        let CarriedPass { hour, text } = pass;
        let renewed = hour.expires.checked_sub(LEFT_MIN).unwrap_or(hour.expires).max(hour.start);
        let renewed = rated.changes_at.map_or(renewed, |changes| changes.min(renewed)).min(hour.expires);
        ShownPass {
            person: rated.person.clone(),
            level: rated.level,
            text,
            issued: hour.start,
            expires: hour.expires,
            changes_at: rated.changes_at,
            renewed_at: renewed,
        }
    }
}

impl Office {
    /// The pass that a person's page shows; issued where there is none that lasts.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the actor may not act for the person, [`OfficeError::Refused`] where no passes are issued.
    pub async fn shown_pass(&self, actor: &Actor, person: &PersonId) -> Result<ShownPass, OfficeError> {
        // A resident leaves no trace by looking, so that nothing is written where a pass is there.
        if let Actor::Resident(_) = actor {
            let good = look!(self, |desk| {
                desk.authorise(actor, UseCase::IssuePass, Some(person), "").await?;
                Ok(desk.good_shown(person).await?.ok())
            })?;
            if let Some(good) = good {
                return Ok(good);
            }
        }
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::IssuePass, Some(person), "reading out a pass").await?;
            let shown = match desk.good_shown(person).await? {
                Ok(good) => return Ok(good),
                Err(shown) => shown,
            };
            for old in &shown {
                desk.discard(old).await?;
            }
            let (rated, pass) = desk.paper_pass(person).await?;
            let shown = ShownPass::new(&rated, pass);
            desk.file(&shown).await?;
            Ok(shown)
        })
    }

    /// Issues anew the passes on pages whose level changed, or that end soon; gives how many. It may be stopped at any moment, and
    /// is to be called again and again.
    ///
    /// # Errors
    /// Where the database or the signer fails.
    pub async fn renew_passes(&self) -> Result<u64, OfficeError> {
        let mut renewed = 0;
        if self.passes.is_none() {
            return Ok(renewed);
        }
        loop {
            let (some, due) = transact!(self, |desk| { desk.renew_shown().await })?;
            renewed += some;
            if due < AT_ONCE as usize {
                return Ok(renewed);
            }
        }
    }
}

impl Desk<'_> {
    /// The pass on a person's page that says what is so, or those that are there and do not.
    async fn good_shown(
        &mut self,
        person: &PersonId,
    ) -> Result<Result<ShownPass, Vec<Filed<ShownPass>>>, OfficeError> {
        let kinds = [ShownPass::KIND, Rated::KIND];
        let mut known = self.about_kinds(&kinds, std::slice::from_ref(person)).await?;
        let rated = self.read_all::<Rated>(known.take::<Rated>()).await?;
        let level = rated.first().map(|rated| rated.what.level);
        let shown = self.read_all::<ShownPass>(known.take::<ShownPass>()).await?;
        let is_good = |of: &Filed<ShownPass>| of.what.renewed_at > self.at && level == Some(of.what.level);
        Ok(match shown.iter().find(|of| is_good(of)) {
            Some(good) => Ok(good.what.clone()),
            None => Err(shown),
        })
    }

    /// Renews some of the passes that are due; gives how many were, and how many were looked at.
    async fn renew_shown(&mut self) -> Result<(u64, usize), OfficeError> {
        let due = self.due::<ShownPass>(AT_ONCE).await?;
        let people: BTreeSet<PersonId> = due.iter().map(|shown| shown.what.person.clone()).collect();
        let people: Vec<PersonId> = people.into_iter().collect();
        let mut passes = BTreeMap::new();
        for (rated, pass) in self.paper_passes(&people).await? {
            passes.insert(rated.person.clone(), ShownPass::new(&rated, pass));
        }
        let mut later = Vec::new();
        for mut shown in due.iter().cloned() {
            match passes.remove(&shown.what.person) {
                Some(pass) => {
                    shown.what = pass;
                    later.push(shown);
                }
                None => self.discard(&shown).await?,
            }
        }
        self.refile_all(&later).await?;
        Ok((later.len() as u64, due.len()))
    }

    /// Marks the passes on the pages of people as due: they are not shown any more, and issued anew at once.
    pub(crate) async fn renew(&mut self, mut shown: Vec<Filed<ShownPass>>) -> Result<(), OfficeError> {
        for shown in &mut shown {
            shown.what.renewed_at = self.at;
        }
        self.refile_all(&shown).await
    }
}
