//! A person's colour: a pure function of the evidence that is kept, the rule set in force, and the instant.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use contacts::{Contact, Profile, take_together};
use evidence::{Exposure, Level, PersonId, RegionId, RegionPeriod};
use jiff::Timestamp;
use rating::{Evidence, Explanation, Language, Rating, RuleSet, explain, rate_in_force, timeline};

use crate::{
    actor::Actor,
    changes::Change,
    desk::{Desk, Filed},
    error::OfficeError,
    kept::{Kept as _, NoticeAbout, Piece, Published, Rated, Resident, Says},
    office::{Office, look},
    permissions::UseCase,
};

/// Pieces of evidence about one person as rules see them: regions have the levels that were published, an exposure that was found
/// again, longer than before, takes the place of what was known of it, and exposures to several cases are taken together.
#[must_use]
pub fn evidence_of(profile: &Profile, pieces: &[Piece], levels: &[RegionPeriod]) -> Evidence {
    let mut evidence = Evidence::default();
    let mut contacts = Vec::new();
    for piece in pieces {
        match &piece.says {
            Says::Declaration(says) => evidence.pieces.push(rating::Piece::of_declaration(says.clone())),
            Says::Check(says) => evidence.pieces.push(rating::Piece::of_check(says.clone())),
            Says::Stay(says) => evidence.pieces.extend(rating::Piece::of_stay(says, levels)),
            Says::Trip(says) => evidence.pieces.push(rating::Piece::of_trip(says.clone())),
            Says::Test(says) => evidence.pieces.push(rating::Piece::of_test(says.clone())),
            Says::Case(says) => evidence.pieces.extend(rating::Piece::of_case(says)),
            Says::Ruling(says) => evidence.rulings.push(says.clone()),
            Says::Exposure(says, known) => contacts.push(Contact {
                person: piece.person.clone(),
                case_known: *known,
                exposure: (**says).clone(),
            }),
        }
    }
    evidence.pieces.extend(exposures(profile, contacts));
    evidence
}

/// Exposures as they became known.
fn exposures(profile: &Profile, mut contacts: Vec<Contact>) -> Vec<rating::Piece> {
    let same = |a: &Contact, b: &Contact| {
        (&a.exposure.case, a.exposure.setting) == (&b.exposure.case, b.exposure.setting)
    };
    contacts.sort_by(|a, b| {
        // What was found twice at one instant was found longer the second time.
        let key = |contact: &Contact| {
            let Exposure { setting, minutes, first, last, .. } = contact.exposure;
            (contact.exposure.case.clone(), setting, contact.case_known, minutes, last, Reverse(first))
        };
        key(a).cmp(&key(b))
    });
    let mut latest: Vec<Contact> =
        contacts.chunk_by(same).filter_map(|chain| chain.last()).cloned().collect();
    take_together(profile, &mut latest);
    let mut pieces = Vec::new();
    for chain in contacts.chunk_by(same) {
        let now = latest.iter().find(|contact| chain.first().is_some_and(|first| same(contact, first)));
        for (place, contact) in chain.iter().enumerate() {
            let next = chain.get(place + 1);
            let exposure = if next.is_none() { now.unwrap_or(contact) } else { contact }.exposure.clone();
            let mut piece = rating::Piece::of_exposure(exposure, contact.case_known);
            piece.superseded = next.map(|next| next.case_known);
            pieces.push(piece);
        }
    }
    pieces
}

/// A colour with everything its holder is told.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The rating; `None` where no rule set is in force: nobody is rated above green then.
    pub rating: Option<Rating>,
    /// Why, until when, what ends it sooner, how to contest it.
    pub explanation: Option<Explanation>,
    /// Each instant at which the level changed or is to change, as far as is known now, with the level from then on. Before the
    /// first it is green.
    pub timeline: Vec<(Timestamp, Level)>,
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
        look!(self, Some(actor), |desk| {
            desk.authorise(actor, UseCase::SeeColour, Some(person), purpose).await?;
            desk.known(person).await?;
            let Some(rule_set) = desk.rule_set().await? else {
                return Ok(Seen { rating: None, explanation: None, timeline: Vec::new() });
            };
            let evidence = desk.evidence(person).await?;
            let rating = rate_in_force(&rule_set, &evidence, desk.at);
            let explanation = Some(explain(&rule_set, &evidence, &rating, language));
            let timeline = timeline(&rule_set, &evidence, desk.at);
            Ok(Seen { rating: Some(rating), explanation, timeline })
        })
    }
}

/// What finding colours anew came to.
pub(crate) struct Rerated {
    /// The colour of each person, in their order.
    pub(crate) rated: Vec<Rated>,
    /// The records of those who have one.
    pub(crate) residents: BTreeMap<PersonId, Resident>,
}

impl Desk<'_> {
    /// The rule set in force: of those published by now and between their dates, the last. If none is, nobody is rated above
    /// green.
    pub(crate) async fn rule_set(&mut self) -> Result<Option<Arc<RuleSet>>, OfficeError> {
        let mut published = Vec::new();
        for id in self.tx.ids_in_state(Published::KIND, "kept").await? {
            // What is published stays as it is: it is read once.
            let compiled = match self.office.compiled(&id) {
                Some(compiled) => compiled,
                None => {
                    let Some(filed) = self.filed::<Published>(&id).await? else { continue };
                    self.office.compile(&id, &filed.what)?
                }
            };
            published.push(compiled);
        }
        published.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        Ok(published.into_iter().map(|(_, rule_set)| rule_set).find(|rule_set| rule_set.in_force(self.at)))
    }

    /// A person's evidence as rules see it.
    pub(crate) async fn evidence(&mut self, person: &PersonId) -> Result<Evidence, OfficeError> {
        let pieces: Vec<Piece> = self.about(person).await?.into_iter().map(|filed| filed.what).collect();
        let levels = self.levels_for(&pieces).await?;
        Ok(evidence_of(&self.office.profile, &pieces, &levels))
    }

    /// The published levels of the regions that pieces of evidence speak of.
    pub(crate) async fn levels_for(&mut self, pieces: &[Piece]) -> Result<Vec<RegionPeriod>, OfficeError> {
        let regions: BTreeSet<&RegionId> = pieces
            .iter()
            .filter_map(|piece| match &piece.says {
                Says::Stay(stay) => Some(&stay.region),
                _ => None,
            })
            .collect();
        let mut levels = Vec::new();
        for region in regions {
            levels.extend(self.levels_of(region).await?);
        }
        Ok(levels)
    }

    /// Finds a person's colour anew, and keeps it. If it changed, passes that say another one no longer count, and the person is
    /// told.
    pub(crate) async fn rerate(&mut self, person: &PersonId) -> Result<Level, OfficeError> {
        let levels = self.rerate_all(&BTreeSet::from([person.clone()])).await?;
        Ok(levels.get(person).copied().unwrap_or(Level::Green))
    }

    /// Finds the colours of many people anew, as [`Desk::rerate`] does one person's, with a few statements for all.
    pub(crate) async fn rerate_all(
        &mut self,
        people: &BTreeSet<PersonId>,
    ) -> Result<BTreeMap<PersonId, Level>, OfficeError> {
        let rerated = self.rate_anew(people).await?;
        Ok(rerated.rated.into_iter().map(|rated| (rated.person, rated.level)).collect())
    }

    /// The same; gives everything that was found.
    pub(crate) async fn rate_anew(&mut self, people: &BTreeSet<PersonId>) -> Result<Rerated, OfficeError> {
        let rule_set = self.rule_set().await?;
        let people: Vec<PersonId> = people.iter().cloned().collect();
        let mut known = self.about_kinds(&[Piece::KIND, Rated::KIND, Resident::KIND], &people).await?;
        let residents = self.read_all::<Resident>(known.take::<Resident>()).await?.into_iter();
        let residents: BTreeMap<PersonId, Resident> =
            residents.map(|filed| (filed.what.person.clone(), filed.what)).collect();
        let mut pieces_of: BTreeMap<PersonId, Vec<Piece>> = BTreeMap::new();
        let pieces = self.read_all::<Piece>(known.take::<Piece>()).await?.into_iter();
        let pieces: Vec<Piece> = pieces.map(|filed| filed.what).collect();
        let regions = self.levels_for(&pieces).await?;
        for piece in pieces {
            pieces_of.entry(piece.person.clone()).or_default().push(piece);
        }
        let before = self.read_all::<Rated>(known.take::<Rated>()).await?.into_iter();
        let mut before: BTreeMap<PersonId, Filed<Rated>> =
            before.map(|rated| (rated.what.person.clone(), rated)).collect();
        let mut found = Vec::with_capacity(people.len());
        for person in people {
            let pieces = pieces_of.remove(&person).unwrap_or_default();
            let evidence = evidence_of(&self.office.profile, &pieces, &regions);
            let rating = rule_set.as_ref().map(|rule_set| rate_in_force(rule_set, &evidence, self.at));
            let level = rating.as_ref().map_or(Level::Green, |rating| rating.level);
            let changes_at = rating.and_then(|rating| rating.changes_at());
            // Whoever is restricted is followed up by their district.
            let area = residents.get(&person).filter(|_| level != Level::Green);
            let area = area.and_then(|resident| resident.area.clone());
            found.push(Rated { person, level, found: self.at, changes_at, area });
        }
        let (mut first, mut later, mut changed) = (Vec::new(), Vec::new(), Vec::new());
        for rated in &found {
            let before = before.remove(&rated.person);
            let (level, changes_at) = before
                .as_ref()
                .map_or((Level::Green, None), |before| (before.what.level, before.what.changes_at));
            if level != rated.level {
                changed.push(rated.person.clone());
            }
            if (level, changes_at) != (rated.level, rated.changes_at) {
                self.changes.push(Change::Person(rated.person.clone()));
            }
            match before {
                None => first.push(rated.clone()),
                Some(before) => later.push(Filed { what: rated.clone(), ..before }),
            }
        }
        self.file_all(&first).await?;
        self.refile_all(&later).await?;
        self.revoke_all(&changed).await?;
        self.tell_those(&changed, &residents, &NoticeAbout::Colour).await?;
        Ok(Rerated { rated: found, residents })
    }

    /// Takes in a piece of evidence, and finds the person's colour anew.
    pub(crate) async fn take(&mut self, person: &PersonId, says: Says) -> Result<Level, OfficeError> {
        self.file(&Piece { person: person.clone(), received: self.at, says }).await?;
        self.rerate(person).await
    }
}
