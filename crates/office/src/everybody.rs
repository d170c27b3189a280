//! Everybody, a few at a time: for figures, previews and replays, which look at no single person.

use evidence::{AreaId, Person};
use rating::Evidence;
use store::RecordId;

use crate::{
    error::OfficeError,
    kept::{Kept, Rated, Resident},
    office::{Office, transact},
};

/// People in memory at once.
const AT_ONCE: u32 = 200;

/// Somebody, as they are counted.
pub(crate) struct Somebody {
    /// What groups they belong to.
    pub(crate) person: Person,
    /// Their evidence.
    pub(crate) evidence: Evidence,
    /// The colour that was last found.
    pub(crate) rated: Option<Rated>,
}

impl Office {
    /// Gives everybody to `each`, a few in a transaction; so memory does not grow with the population.
    pub(crate) async fn each_of_everybody(
        &self,
        mut each: impl FnMut(Somebody) + Send,
    ) -> Result<(), OfficeError> {
        let mut after: Option<RecordId> = None;
        loop {
            let (people, last) = self.some_after(after.as_ref()).await?;
            people.into_iter().for_each(&mut each);
            if last.is_none() {
                return Ok(());
            }
            after = last;
        }
    }

    async fn some_after(
        &self,
        after: Option<&RecordId>,
    ) -> Result<(Vec<Somebody>, Option<RecordId>), OfficeError> {
        transact!(self, |desk| {
            let records = desk.tx.in_state(Resident::KIND, "kept", after, AT_ONCE).await?;
            let last = records.last().map(|record| record.id.clone());
            let mut people = Vec::new();
            for filed in desk.read_all::<Resident>(records).await? {
                let Resident { person, area, particulars, .. } = filed.what;
                let evidence = desk.evidence(&person).await?;
                let rated = desk.about::<Rated>(&person).await?.into_iter().next().map(|rated| rated.what);
                let person = Person {
                    person,
                    birth_year: particulars.birth_year,
                    sex: particulars.sex,
                    region: None,
                    area: area.and_then(|area| AreaId::new(&area).ok()),
                };
                people.push(Somebody { person, evidence, rated });
            }
            Ok((people, last))
        })
    }
}
