//! Answering a question: a yes becomes evidence, a no ends it.

use evidence::{Level, PersonId};
use store::RecordId;

use crate::{
    actor::Actor,
    error::OfficeError,
    kept::{Question, Says},
    office::{Office, transact},
    permissions::UseCase,
};

impl Office {
    /// The questions a person has not answered.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the actor may not act for the person.
    pub async fn questions(
        &self,
        actor: &Actor,
        person: &PersonId,
    ) -> Result<Vec<(RecordId, Question)>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Answer, Some(person), "reading out questions").await?;
            let questions = desk.about::<Question>(person).await?;
            let open = questions.into_iter().filter(|question| question.what.answer.is_none());
            Ok(open.map(|question| (question.id, question.what)).collect())
        })
    }

    /// Answers a question; gives the colour that follows.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where this person is asked no such question any more.
    pub async fn answer(
        &self,
        actor: &Actor,
        person: &PersonId,
        question: &RecordId,
        yes: bool,
    ) -> Result<Level, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Answer, Some(person), "writing down an answer").await?;
            let asked = desk.filed::<Question>(question).await?;
            let asked = asked.filter(|asked| asked.what.person == *person && asked.what.answer.is_none());
            let mut asked = asked.ok_or(OfficeError::Unknown("open question"))?;
            asked.what.answer = Some(yes);
            desk.refile(&asked).await?;
            if yes {
                // Before the answer nobody knew that the person was there.
                let says = Says::Exposure(asked.what.exposure.clone(), asked.what.case_known.max(desk.at));
                return desk.take(person, says).await;
            }
            desk.rerate(person).await
        })
    }
}
