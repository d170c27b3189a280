//! `/field`: a follow-up worker: whom to call or visit today in an area, what came of it, and what people need.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use evidence::{Level, PersonId};
use office::{Need, Outcome, Role, Task};
use serde::Serialize;

use crate::{
    form::{Filled, went_well},
    page::{Asked, Frame, shown},
    problem::{Kind, Problem},
    service::Service,
};

/// Most people on a page: what a worker can do in a day, twice over.
const LISTED_MAX: u32 = 60;
const NEEDS: [Need; 3] = [Need::Food, Need::Medicine, Need::Other];

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/field", get(field).post(act))
}

#[derive(Template)]
#[template(path = "field.html")]
struct Page {
    page: Frame,
    area: String,
    list: Option<(Vec<Visit>, u64)>,
    needs: Vec<(String, String)>,
}

/// Somebody to call or visit.
struct Visit {
    person: String,
    name: String,
    contact: String,
    level: Level,
    because: String,
    not_before: String,
    /// What they need: its word, in the reader's language, in the worker's words, and since when.
    needs: Vec<(String, String, String, String)>,
}

/// The word of something in its vocabulary.
fn word(of: impl Serialize) -> String {
    let value = serde_json::to_value(of).ok();
    value.and_then(|value| value.as_str().map(ToOwned::to_owned)).unwrap_or_default()
}

fn visit(frame: &Frame, task: Task) -> Visit {
    let need = |of: office::Needed| {
        let word = word(of.need);
        let says = frame.say(&format!("need-{word}"));
        (word, says, of.words, frame.when(&of.since))
    };
    Visit {
        person: task.person.to_string(),
        name: task.name,
        contact: task.contact.unwrap_or_default(),
        level: task.level,
        because: frame.say(&format!("because-{}", word(task.because).replace('_', "-"))),
        not_before: frame.when(&task.not_before),
        needs: task.needs.into_iter().map(need).collect(),
    }
}

fn page(frame: Frame, area: &str, list: Option<(Vec<Task>, u64)>) -> Result<Response, Problem> {
    let list = list.map(|(tasks, left)| (tasks.into_iter().map(|task| visit(&frame, task)).collect(), left));
    let needs = NEEDS.map(word).map(|word| (word.clone(), frame.say(&format!("need-{word}")))).to_vec();
    shown(&Page { area: area.to_owned(), list, needs, page: frame })
}

async fn field(asked: Asked) -> Result<Response, Problem> {
    asked.only(Role::Field)?;
    page(asked.frame, "", None)
}

/// What a call or a visit came to.
fn outcome(filled: &Filled) -> Result<Outcome, Problem> {
    let fields = &filled.fields;
    let mut needs = Vec::new();
    for need in NEEDS {
        needs.extend(fields.some(&format!("need-{}", word(need))).map(|words| (need, words)));
    }
    let temperature = fields.parsed_if_any("temperature")?;
    Ok(Outcome::Reached { temperature, symptoms: fields.symptoms()?, needs })
}

async fn act(State(service): State<Service>, asked: Asked, filled: Filled) -> Result<Response, Problem> {
    let (actor, fields) = (&filled.caller.actor, &filled.fields);
    if filled.text("action") == "list" {
        let area = fields.some("area");
        let listed =
            service.officers().follow_ups(actor, area.as_deref(), LISTED_MAX, filled.text("purpose")).await;
        let listed = listed.map_err(|error| service.problem(&error))?;
        return page(asked.frame, area.as_deref().unwrap_or_default(), Some(listed));
    }
    let person: PersonId = fields.parsed("person")?;
    let office = filled.once(service.officers());
    match filled.text("action") {
        "reached" => {
            let done = office.record_follow_up(actor, &person, &outcome(&filled)?).await;
            went_well(&service, done, "/field", "reached")
        }
        "unanswered" => {
            let done = office.record_follow_up(actor, &person, &Outcome::Unanswered).await;
            went_well(&service, done, "/field", "unanswered")
        }
        "agree" => {
            let to = fields.instant("at", &service.settings().time_zone)?;
            went_well(&service, office.reschedule(actor, &person, to).await, "/field", "agreed-time")
        }
        "met" => {
            let need = serde_json::from_value(filled.text("need").into()).map_err(|_| Kind::Malformed)?;
            went_well(&service, office.need_met(actor, &person, need).await, "/field", "need-met")
        }
        _ => {
            let temperature = fields.parsed_if_any("temperature")?;
            let done = office.daily_check(actor, &person, temperature, fields.symptoms()?).await;
            went_well(&service, done, "/field", "checked")
        }
    }
}
