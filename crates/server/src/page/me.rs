//! `/me`: a resident's pass, why it has this colour, until when, what to do, and everything they can say.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use evidence::{Level, PersonId};
use office::Role;
use pass::picture::{Correction, Qr};
use rating::Explanation;
use store::RecordId;

use crate::{
    api::remembered,
    caller::Caller,
    form::{Filled, went_well},
    page::{Asked, Frame, shown},
    problem::{Kind, Problem},
    service::Service,
};

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/me", get(me).post(act))
}

#[derive(Template)]
#[template(path = "me.html")]
struct Page {
    page: Frame,
    level: Level,
    explanation: Option<Explanation>,
    pass: Option<Pass>,
    questions: Vec<Asking>,
    appeals: Vec<Appealed>,
    statements: Vec<Said>,
}

/// What an officer said, waiting for another word.
struct Said {
    id: String,
    at: String,
    body: String,
    kind: String,
}

/// A pass as the page shows it.
struct Pass {
    picture: String,
    expires: String,
}

/// A question as the page asks it.
struct Asking {
    id: String,
    venue: String,
    from: String,
    to: String,
}

/// An appeal as the page shows it.
struct Appealed {
    rule: String,
    made: String,
    decide_by: String,
    decision: Option<(bool, String)>,
}

async fn me(State(service): State<Service>, asked: Asked) -> Result<Response, Problem> {
    let caller = asked.only(Role::Resident)?;
    let person = caller.resident()?;
    let (office, frame) = (service.office(), &asked.frame);
    let failed = |error| service.problem(&error);
    let seen = office.colour(&caller.actor, &person, "", frame.language).await.map_err(failed)?;
    let questions = office.questions(&caller.actor, &person).await.map_err(failed)?;
    let questions = questions
        .into_iter()
        .map(|(id, question)| Asking {
            id: id.as_str().to_owned(),
            venue: question.venue.to_string(),
            from: frame.when(&question.from),
            to: frame.when(&question.to),
        })
        .collect();
    let appeals = office.appeals(&caller.actor, &person).await.map_err(failed)?;
    let appeals = appeals
        .into_iter()
        .map(|(_, appeal)| Appealed {
            made: frame.when(&appeal.made),
            decide_by: frame.when(&appeal.decide_by),
            decision: appeal.decision.map(|decision| (decision.upheld, decision.reasons)),
            rule: appeal.rule,
        })
        .collect();
    let statements = office.statements(&caller.actor, &person).await.map_err(failed)?;
    let statements = statements
        .into_iter()
        .map(|(id, of)| Said {
            id: id.as_str().to_owned(),
            at: frame.when(&of.at),
            body: of.by.body.to_string(),
            kind: frame.say(&format!("said-{}", of.says.kind())),
        })
        .collect();
    let pass = picture(&service, caller, &person, frame).await?;
    let level = seen.level();
    shown(&Page {
        level,
        explanation: seen.explanation,
        pass,
        questions,
        appeals,
        statements,
        page: asked.frame,
    })
}

/// The picture of the pass; none where the office issues none.
async fn picture(
    service: &Service,
    caller: &Caller,
    person: &PersonId,
    frame: &Frame,
) -> Result<Option<Pass>, Problem> {
    let pass = match remembered(service, caller, person).await {
        Ok(pass) => pass,
        Err(problem) if problem.kind == Kind::Refused => return Ok(None),
        Err(problem) => return Err(problem),
    };
    let pass: serde_json::Value = serde_json::from_slice(&pass.bytes).map_err(|_| Kind::Failed)?;
    let text = |name: &str| pass.get(name).and_then(|value| value.as_str()).unwrap_or_default();
    let picture = Qr::new(text("text"), Correction::M).map_err(|_| Kind::Failed)?.to_svg();
    let expires = text("expires").parse().map_or(String::new(), |at| frame.when(&at));
    Ok(Some(Pass { picture, expires }))
}

async fn act(State(service): State<Service>, filled: Filled) -> Result<Response, Problem> {
    let person = filled.caller.resident()?;
    let actor = &filled.caller.actor;
    let office = filled.once(service.office());
    let fields = &filled.fields;
    match filled.text("action") {
        "declare" => {
            let done = office.declare(actor, &person, fields.symptoms()?).await;
            went_well(&service, done, "/me", "declared")
        }
        "check" => {
            let temperature = match fields.some("temperature") {
                None => None,
                Some(_) => Some(fields.parsed("temperature")?),
            };
            let done = office.daily_check(actor, &person, temperature, fields.symptoms()?).await;
            went_well(&service, done, "/me", "checked")
        }
        "answer" => {
            let question = RecordId::parse(filled.text("question")).ok_or(Kind::Unknown)?;
            let done = office.answer(actor, &person, &question, filled.text("yes") == "yes").await;
            went_well(&service, done, "/me", "answered")
        }
        "appeal" => {
            let done = office.appeal(actor, &person, filled.text("rule"), filled.text("words")).await;
            went_well(&service, done, "/me", "appealed")
        }
        "specimen" => {
            let done = office.take_specimen(actor, &person, &fields.parsed("test")?).await;
            went_well(&service, done, "/me", "specimen")
        }
        "corroborate" => {
            let statement = RecordId::parse(filled.text("statement")).ok_or(Kind::Unknown)?;
            let done = office.corroborate(actor, &statement).await;
            went_well(&service, done, "/me", "confirmed")
        }
        "check-out" => {
            let done = office.check_out(actor, &person).await;
            went_well(&service, done, "/me", "left")
        }
        "revoke" => {
            let done = office.revoke_passes(actor, &person, "").await;
            went_well(&service, done, "/me", "revoked")
        }
        _ => Err(Kind::Malformed.into()),
    }
}
