//! What a resident does on their page, for themselves or for somebody they act for.

use axum::{extract::State, response::Response};
use evidence::PersonId;
use store::RecordId;

use crate::{
    form::{Filled, went_well},
    page::{Asked, me::view::CLAIMS},
    problem::{Kind, Problem},
    service::Service,
};

/// Whom a form is about, and the page to go back to.
fn whose(filled: &Filled) -> Result<(PersonId, String), Problem> {
    match filled.fields.some("person") {
        None => Ok((filled.caller.resident()?, "/me".to_owned())),
        Some(_) => {
            let person: PersonId = filled.fields.parsed("person")?;
            let page = format!("/me/for/{person}");
            Ok((person, page))
        }
    }
}

pub(super) async fn act(
    State(service): State<Service>,
    asked: Asked,
    filled: Filled,
) -> Result<Response, Problem> {
    let (person, page) = whose(&filled)?;
    let actor = &filled.caller.actor;
    let office = filled.once(service.office());
    let fields = &filled.fields;
    match filled.text("action") {
        "declare" => {
            let done = office.declare(actor, &person, fields.symptoms()?).await;
            went_well(&service, done, &page, "declared")
        }
        "check" => {
            let temperature = match fields.some("temperature") {
                None => None,
                Some(_) => Some(fields.parsed("temperature")?),
            };
            let done = office.daily_check(actor, &person, temperature, fields.symptoms()?).await;
            went_well(&service, done, &page, "checked")
        }
        "answer" => {
            let question = RecordId::parse(filled.text("question")).ok_or(Kind::Unknown)?;
            let done = office.answer(actor, &person, &question, filled.text("yes") == "yes").await;
            went_well(&service, done, &page, "answered")
        }
        "appeal" => {
            let words = appeal_words(&asked, &filled);
            let done = office.appeal(actor, &person, filled.text("rule"), &words, &filled.files).await;
            went_well(&service, done, &page, "appealed")
        }
        "attach" => {
            let appeal = RecordId::parse(filled.text("appeal")).ok_or(Kind::Unknown)?;
            if filled.files.is_empty() {
                return Err(Problem::detailed(Kind::Refused, asked.frame.say("attach-none")));
            }
            let done = office.attach(actor, &person, &appeal, &filled.files).await;
            went_well(&service, done, &page, "attached")
        }
        "help" => {
            let need = filled.text("need").to_owned();
            let malformed = |_| Problem::detailed(Kind::Malformed, "there is no such need");
            let need = serde_json::from_value(need.into()).map_err(malformed)?;
            let done = office.ask_for_help(actor, &person, need, filled.text("words")).await;
            went_well(&service, done, &page, "asked-for-help")
        }
        "specimen" => {
            let done = office.take_specimen(actor, &person, &fields.parsed("test")?).await;
            went_well(&service, done, &page, "specimen")
        }
        "corroborate" => {
            let statement = RecordId::parse(filled.text("statement")).ok_or(Kind::Unknown)?;
            let done = office.corroborate(actor, &statement).await;
            went_well(&service, done, &page, "confirmed")
        }
        "check-out" => {
            let done = office.check_out(actor, &person).await;
            went_well(&service, done, &page, "left")
        }
        "revoke" => {
            let done = office.revoke_passes(actor, &person, "").await;
            went_well(&service, done, &page, "revoked")
        }
        _ => Err(Kind::Malformed.into()),
    }
}

/// What the reviewer reads: the sentence that was chosen, then the person's own words.
fn appeal_words(asked: &Asked, filled: &Filled) -> String {
    let claim = CLAIMS.iter().find(|claim| **claim == filled.text("claim"));
    let claim = claim.map(|claim| asked.frame.say(&format!("claim-{claim}")));
    let own = filled.fields.some("words");
    claim.into_iter().chain(own).collect::<Vec<_>>().join(" ")
}
