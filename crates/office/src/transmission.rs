//! Who met a case, and whom those met who became cases themselves: a tree, for whoever investigates. It holds no names, and everybody
//! in it sees that they were looked at.

use std::collections::{BTreeMap, BTreeSet};

use evidence::{CaseId, Exposure, Level, PersonId};

use crate::{
    actor::Actor,
    desk::Desk,
    error::OfficeError,
    kept::{Piece, Rated, Says},
    office::{Office, transact},
    permissions::UseCase,
};

/// Most people in a tree: each of them sees that they were in it.
const PEOPLE_MAX: usize = 500;

/// Somebody who met a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Met {
    /// Who.
    pub person: PersonId,
    /// What is known of it; the longest, where they met more than once.
    pub exposure: Exposure,
    /// Their colour.
    pub level: Level,
    /// The case that they became, where they did.
    pub case: Option<CaseId>,
    /// Whom they met as a case. A case that stands in the tree already is not followed again.
    pub met: Vec<Met>,
}

impl Office {
    /// Whom a case met, and whom those met who became cases; and by how many people the tree is cut short.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the person has no such case.
    pub async fn transmission(
        &self,
        actor: &Actor,
        person: &PersonId,
        case: &CaseId,
    ) -> Result<(Vec<Met>, u64), OfficeError> {
        transact!(self, |desk| {
            let purpose = "seeing whom a case met";
            desk.authorise(actor, UseCase::Trace, Some(person), purpose).await?;
            desk.case_of(person, case).await?;
            let mut seen =
                Seen { cases: BTreeSet::from([case.clone()]), people: BTreeSet::new(), left_out: 0 };
            let tree = desk.met_by(case, &mut seen).await?;
            for met in &seen.people {
                desk.authorise(actor, UseCase::Trace, Some(met), purpose).await?;
            }
            Ok((tree, seen.left_out))
        })
    }
}

/// What stands in the tree already.
struct Seen {
    cases: BTreeSet<CaseId>,
    people: BTreeSet<PersonId>,
    left_out: u64,
}

impl Desk<'_> {
    async fn met_by(&mut self, case: &CaseId, seen: &mut Seen) -> Result<Vec<Met>, OfficeError> {
        let mut longest: BTreeMap<PersonId, Exposure> = BTreeMap::new();
        for filed in self.found::<Piece>(Piece::EXPOSED_TO, case.as_str()).await? {
            let Says::Exposure(exposure, _) = filed.what.says else { continue };
            let before = longest.get(&filed.what.person);
            if before.is_none_or(|before| before.minutes <= exposure.minutes) {
                longest.insert(filed.what.person, *exposure);
            }
        }
        let mut met = Vec::with_capacity(longest.len());
        for (person, exposure) in longest {
            if seen.people.len() >= PEOPLE_MAX && !seen.people.contains(&person) {
                seen.left_out += 1;
                continue;
            }
            seen.people.insert(person.clone());
            let rated = self.about::<Rated>(&person).await?.into_iter().next();
            let level = rated.map_or(Level::Green, |rated| rated.what.level);
            let became = self.case_after(&person, &exposure).await?;
            let later = match &became {
                Some(later) if seen.cases.insert(later.clone()) => Box::pin(self.met_by(later, seen)).await?,
                _ => Vec::new(),
            };
            met.push(Met { person, exposure, level, case: became, met: later });
        }
        met.sort_by_key(|met| (met.exposure.first, met.person.clone()));
        Ok(met)
    }

    /// The case that a person became after an exposure.
    async fn case_after(
        &mut self,
        person: &PersonId,
        exposure: &Exposure,
    ) -> Result<Option<CaseId>, OfficeError> {
        let pieces = self.about::<Piece>(person).await?.into_iter();
        let mut cases = pieces.filter_map(|piece| match piece.what.says {
            Says::Case(case) if case.confirmed.is_some_and(|at| at >= exposure.first) => Some(case),
            _ => None,
        });
        Ok(cases.next().map(|case| case.case))
    }
}
