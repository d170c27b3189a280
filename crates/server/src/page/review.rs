//! `/review`: appeals with their clock, and overrides by two bodies.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use jiff::SignedDuration;
use office::{Attached, Ground, OpenAppeal, Override, Role};
use rating::ExplainedReason;
use store::RecordId;

use crate::{
    form::{Filled, went_well},
    page::{Asked, Frame, shown},
    problem::{Kind, Problem},
    service::Service,
};

/// What is listed at once.
const LISTED_MAX: u32 = 50;

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/review", get(review).post(act))
}

#[derive(Template)]
#[template(path = "review.html")]
struct Page {
    page: Frame,
    appeals: Vec<Waiting>,
    proposals: Vec<Proposed>,
}

/// An appeal that waits.
struct Waiting {
    id: String,
    rule: String,
    /// What is contested: why, until when, and on what it rests; none where it ended meanwhile.
    reason: Option<ExplainedReason>,
    words: String,
    attachments: Vec<Attached>,
    made: String,
    decide_by: String,
}

/// An override that waits for another body.
struct Proposed {
    id: String,
    rule: String,
    effect: String,
    ground: String,
    body: String,
    to: String,
}

/// The word of a ground.
fn word(ground: Ground) -> String {
    serde_json::to_value(ground)
        .ok()
        .and_then(|value| value.as_str().map(ToOwned::to_owned))
        .unwrap_or_default()
}

async fn review(State(service): State<Service>, asked: Asked) -> Result<Response, Problem> {
    let caller = asked.only(Role::Reviewer)?;
    let failed = |error| service.problem(&error);
    let (office, frame) = (service.officers(), &asked.frame);
    let appeals = office.open_appeals(&caller.actor, frame.language, LISTED_MAX).await;
    let appeals = appeals
        .map_err(failed)?
        .into_iter()
        .map(|OpenAppeal { id, appeal: of, reason }| Waiting {
            id: id.as_str().to_owned(),
            reason,
            attachments: of.attachments,
            made: frame.when(&of.made),
            decide_by: frame.when(&of.decide_by),
            rule: of.rule,
            words: of.words,
        })
        .collect();
    let proposals = office.proposals(&caller.actor, LISTED_MAX).await.map_err(failed)?;
    let proposals = proposals
        .into_iter()
        .map(|(id, of)| Proposed {
            id: id.as_str().to_owned(),
            rule: of.ruling.reason.to_string(),
            effect: of.ruling.effect.to_string(),
            ground: word(of.ground),
            body: of.by.body.to_string(),
            to: frame.when(&of.ruling.to),
        })
        .collect();
    shown(&Page { appeals, proposals, page: asked.frame })
}

async fn act(State(service): State<Service>, filled: Filled) -> Result<Response, Problem> {
    let (actor, fields) = (&filled.caller.actor, &filled.fields);
    let office = filled.once(service.officers());
    let id = || RecordId::parse(filled.text("id")).ok_or(Problem::from(Kind::Unknown));
    match filled.text("action") {
        "decide" => {
            let upheld = filled.text("upheld") == "yes";
            let done = office.decide(actor, &id()?, upheld, filled.text("reasons")).await;
            went_well(&service, done, "/review", "decided")
        }
        "agree" => went_well(&service, office.agree(actor, &id()?).await, "/review", "agreed"),
        "propose" => {
            let person = fields.parsed("person")?;
            let malformed = |_| Problem::detailed(Kind::Malformed, "the ground is none of the list");
            let ground = serde_json::from_value(filled.text("ground").into()).map_err(malformed)?;
            let wanted = Override {
                rule: filled.text("rule").to_owned(),
                effect: fields.parsed("effect")?,
                lasts: SignedDuration::from_hours(24 * i64::from(fields.parsed::<u8>("days")?)),
                ground,
            };
            went_well(&service, office.propose(actor, &person, &wanted).await, "/review", "proposed")
        }
        _ => Err(Kind::Malformed.into()),
    }
}
