//! A person's colour: a pure function of the evidence that is kept, the rule set in force, and the instant.

use std::sync::Arc;

use evidence::{Level, PersonId};
use rating::{Evidence, Explanation, Language, Rating, RuleSet, explain, rate_in_force};

use crate::{
    actor::Actor,
    desk::{Desk, Filed},
    error::OfficeError,
    kept::{NoticeAbout, Piece, Published, Rated, Says},
    office::{Office, transact},
    permissions::UseCase,
};

/// A colour with everything its holder is told.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The rating; `None` where no rule set is in force: nobody is rated above green then.
    pub rating: Option<Rating>,
    /// Why, until when, what ends it sooner, how to contest it.
    pub explanation: Option<Explanation>,
}

impl Seen {
    /// The level.
    #[must_use]
    pub fn level(&self) -> Level {
        self.rating.as_ref().map_or(Level::Green, |rating| rating.level)
    }
}

impl Office {
    /// A person's colour now, with its reasons in a language.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] and [`OfficeError::Unknown`] where the actor may not see it.
    pub async fn colour(
        &self,
        actor: &Actor,
        person: &PersonId,
        purpose: &str,
        language: Language,
    ) -> Result<Seen, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::SeeColour, Some(person), purpose).await?;
            desk.known(person).await?;
            let Some(rule_set) = desk.rule_set().await? else {
                return Ok(Seen { rating: None, explanation: None });
            };
            let evidence = desk.evidence(person).await?;
            let rating = rate_in_force(&rule_set, &evidence, desk.at);
            let explanation = Some(explain(&rule_set, &evidence, &rating, language));
            Ok(Seen { rating: Some(rating), explanation })
        })
    }
}

impl Desk<'_> {
    /// The rule set in force: of those published by now and between their dates, the last. If none is, nobody is rated above
    /// green.
    pub(crate) async fn rule_set(&mut self) -> Result<Option<Arc<RuleSet>>, OfficeError> {
        let mut published = self.in_state::<Published>("kept", None, 1000).await?;
        published.sort_by_key(|filed| std::cmp::Reverse(filed.what.at));
        for Filed { id, what, .. } in published {
            let rule_set = self.office.compiled(&id, &what)?;
            if rule_set.in_force(self.at) {
                return Ok(Some(rule_set));
            }
        }
        Ok(None)
    }

    /// A person's evidence as rules see it.
    pub(crate) async fn evidence(&mut self, person: &PersonId) -> Result<Evidence, OfficeError> {
        let pieces = self.about::<Piece>(person).await?;
        let mut evidence = Evidence::default();
        for piece in pieces {
            match piece.what.says {
                Says::Declaration(declaration) => {
                    evidence.pieces.push(rating::Piece::of_declaration(declaration));
                }
                Says::Check(check) => evidence.pieces.push(rating::Piece::of_check(check)),
                Says::Stay(stay) => evidence.pieces.extend(rating::Piece::of_stay(&stay, &[])),
                Says::Trip(trip) => evidence.pieces.push(rating::Piece::of_trip(trip)),
                Says::Test(test) => evidence.pieces.push(rating::Piece::of_test(test)),
                Says::Case(case) => evidence.pieces.extend(rating::Piece::of_case(&case)),
                Says::Exposure(exposure, known) => {
                    evidence.pieces.push(rating::Piece::of_exposure(*exposure, known));
                }
                Says::Ruling(ruling) => evidence.rulings.push(ruling),
            }
        }
        Ok(evidence)
    }

    /// Finds a person's colour anew, and keeps it. If it changed, passes that say another one no longer count, and the person is
    /// told.
    pub(crate) async fn rerate(&mut self, person: &PersonId) -> Result<Level, OfficeError> {
        let rating = match self.rule_set().await? {
            Some(rule_set) => Some(rate_in_force(&rule_set, &self.evidence(person).await?, self.at)),
            None => None,
        };
        let level = rating.as_ref().map_or(Level::Green, |rating| rating.level);
        let changes_at = rating.and_then(|rating| rating.changes_at());
        let rated = Rated { person: person.clone(), level, found: self.at, changes_at };
        let before = self.about::<Rated>(person).await?.into_iter().next();
        let changed = before.as_ref().map_or(Level::Green, |before| before.what.level) != level;
        match before {
            None => drop(self.file(&rated).await?),
            Some(before) => self.refile(&Filed { what: rated, ..before }).await?,
        }
        if changed {
            self.revoke(person).await?;
            self.tell(person, NoticeAbout::Colour).await?;
        }
        Ok(level)
    }

    /// Takes in a piece of evidence, and finds the person's colour anew.
    pub(crate) async fn take(&mut self, person: &PersonId, says: Says) -> Result<Level, OfficeError> {
        self.file(&Piece { person: person.clone(), received: self.at, says }).await?;
        self.rerate(person).await
    }
}
