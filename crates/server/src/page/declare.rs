//! `/declare`: what one feels, a question a screen. Anybody may ask, and learns what it would mean before anything is sent; nothing is
//! kept until a resident sends it. Answers travel in the body of each request, never in an address.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use evidence::{Level, Symptom, Symptoms};
use office::{Role, WhatIf, Would};
use rating::Explanation;

use crate::{
    form::{Fields, Filled, went_well},
    language,
    page::{Asked, Frame, shown},
    problem::Problem,
    service::Service,
};

/// The questions: the key of each, and what it offers to tick.
const QUESTIONS: [(&str, &[Symptom]); 4] = [
    ("feel-heat", &[Symptom::Fever, Symptom::Chills]),
    (
        "feel-breath",
        &[
            Symptom::StuffyNose,
            Symptom::RunnyNose,
            Symptom::SoreThroat,
            Symptom::Cough,
            Symptom::ShortnessOfBreath,
        ],
    ),
    ("feel-senses", &[Symptom::LossOfSmell, Symptom::LossOfTaste]),
    (
        "feel-body",
        &[
            Symptom::Fatigue,
            Symptom::Headache,
            Symptom::MusclePain,
            Symptom::Nausea,
            Symptom::Diarrhoea,
            Symptom::Rash,
        ],
    ),
];

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/declare", get(first).post(next)).route("/declare/send", axum::routing::post(send))
}

#[derive(Template)]
#[template(path = "declare.html")]
struct Question {
    page: Frame,
    number: usize,
    of: usize,
    asks: String,
    choices: Vec<Choice>,
    /// What was ticked on other screens.
    elsewhere: Vec<String>,
    before: Option<usize>,
    after: String,
    has_rules: bool,
}

/// Something to tick, with what it would do by itself.
struct Choice {
    word: String,
    says: String,
    alone: String,
    is_ticked: bool,
}

#[derive(Template)]
#[template(path = "declared.html")]
struct Meaning {
    page: Frame,
    now: Level,
    then: Level,
    /// What was ticked, in words, with what it would do by itself.
    ticked: Vec<(String, String)>,
    words: Vec<String>,
    explanation: Option<Explanation>,
    is_breathless: bool,
    is_resident: bool,
}

/// A symptom as people say it.
fn says(frame: &Frame, symptom: Symptom) -> String {
    frame.say(&format!("feel-{}", symptom.to_string().replace('_', "-")))
}

/// What a symptom by itself would do.
fn alone(frame: &Frame, what_if: &WhatIf, symptom: Symptom) -> String {
    match what_if.changed_by(symptom) {
        None => frame.say("alone-nothing"),
        Some(Would { level, until: None }) => {
            language::say(frame.language, "alone-stays", &[("level", &frame.level(&level))])
        }
        Some(Would { level, until: Some(until) }) => {
            let values = [("level", &*frame.level(&level)), ("until", &frame.when(&until))];
            language::say(frame.language, "alone-until", &values)
        }
    }
}

/// What these symptoms would mean to whoever asks.
async fn weighed(service: &Service, asked: &Asked, symptoms: Symptoms) -> Result<WhatIf, Problem> {
    let resident = asked.caller.as_ref().filter(|caller| caller.role() == Role::Resident);
    let own = resident.map(|caller| caller.resident()).transpose()?;
    let whose = resident.map(|caller| &caller.actor).zip(own.as_ref());
    let what_if = service.office().what_if(whose, symptoms, asked.frame.language).await;
    what_if.map_err(|error| service.problem(&error))
}

async fn first(State(service): State<Service>, asked: Asked) -> Result<Response, Problem> {
    question(&service, asked, 1, Symptoms::NONE).await
}

async fn next(State(service): State<Service>, asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let symptoms = fields.symptoms()?;
    match fields.text("step").parse::<usize>() {
        Ok(number) if (1..=QUESTIONS.len()).contains(&number) => {
            question(&service, asked, number, symptoms).await
        }
        _ => meaning(&service, asked, symptoms).await,
    }
}

async fn question(
    service: &Service,
    asked: Asked,
    number: usize,
    ticked: Symptoms,
) -> Result<Response, Problem> {
    let what_if = weighed(service, &asked, ticked).await?;
    let (asks, offered) = QUESTIONS.get(number - 1).copied().unwrap_or_default();
    let frame = &asked.frame;
    let choice = |symptom: &Symptom| Choice {
        word: symptom.to_string(),
        says: says(frame, *symptom),
        alone: alone(frame, &what_if, *symptom),
        is_ticked: ticked.contains(*symptom),
    };
    let elsewhere = ticked.iter().filter(|symptom| !offered.contains(symptom));
    shown(&Question {
        number,
        of: QUESTIONS.len(),
        asks: frame.say(asks),
        choices: offered.iter().map(choice).collect(),
        elsewhere: elsewhere.map(|symptom| symptom.to_string()).collect(),
        before: number.checked_sub(1).filter(|before| *before > 0),
        after: if number < QUESTIONS.len() { (number + 1).to_string() } else { "answer".to_owned() },
        has_rules: what_if.explanation.is_some(),
        page: asked.frame,
    })
}

async fn meaning(service: &Service, asked: Asked, symptoms: Symptoms) -> Result<Response, Problem> {
    let what_if = weighed(service, &asked, symptoms).await?;
    let frame = &asked.frame;
    let ticked = symptoms.iter().map(|of| (says(frame, of), alone(frame, &what_if, of))).collect();
    shown(&Meaning {
        now: what_if.now.level,
        then: what_if.then.level,
        ticked,
        words: symptoms.iter().map(|symptom| symptom.to_string()).collect(),
        explanation: what_if.explanation,
        is_breathless: symptoms.contains(Symptom::ShortnessOfBreath),
        is_resident: asked.caller.as_ref().is_some_and(|caller| caller.role() == Role::Resident),
        page: asked.frame,
    })
}

async fn send(State(service): State<Service>, filled: Filled) -> Result<Response, Problem> {
    let person = filled.caller.resident()?;
    let office = filled.once(service.office());
    let done = office.declare(&filled.caller.actor, &person, filled.fields.symptoms()?).await;
    went_well(&service, done, "/me", "declared")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_symptom_is_asked_about_once() {
        for symptom in Symptom::ALL {
            let asked = QUESTIONS.iter().filter(|(_, offered)| offered.contains(symptom)).count();
            assert_eq!(asked, 1, "{symptom}");
        }
    }
}
