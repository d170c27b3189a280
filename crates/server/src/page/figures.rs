//! `/figures`: what each rule found, what appeals came to, and who was restricted for how long: for everybody to read (R10).

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use ledger::Count;
use office::{Figures, Role, RuleFigures};

use crate::{
    form::{Filled, went_well},
    language,
    page::{Asked, Frame, shown},
    problem::Problem,
    service::Service,
};

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/figures", get(figures).post(publish))
}

#[derive(Template)]
#[template(path = "figures.html")]
struct Page {
    page: Frame,
    may_publish: bool,
    published: Option<Published>,
}

/// Figures as the page shows them.
struct Published {
    at: String,
    from: String,
    to: String,
    figures: Figures,
    rules: Vec<Rule>,
    hours: String,
    /// By what people are grouped, in words, with the groups.
    groups: Vec<(String, Vec<Group>)>,
}

/// What a rule found.
struct Rule {
    rule: String,
    restricted: Count,
    positive: Count,
    share: String,
}

/// How a group fared.
struct Group {
    name: String,
    people: Count,
    restricted: Count,
    days: Count,
    wrong_days: Count,
}

fn per_cent(share: f64) -> String {
    format!("{:.1}", share * 100.0)
}

fn share(frame: &Frame, rule: &RuleFigures) -> String {
    let Some(share) = rule.share else { return frame.say("figures-few") };
    let (low, high) = rule.interval.unwrap_or((share, share));
    let values = [("share", &*per_cent(share)), ("low", &*per_cent(low)), ("high", &*per_cent(high))];
    language::say(frame.language, "figures-share", &values)
}

fn published(frame: &Frame, figures: Figures, at: &jiff::Timestamp) -> Published {
    let rule = |of: &RuleFigures| Rule {
        rule: of.rule.clone(),
        restricted: of.restricted,
        positive: of.positive,
        share: share(frame, of),
    };
    let groups = figures.groups.iter().map(|(by, groups)| {
        let group = |(name, of): (&String, &office::GroupFigures)| Group {
            name: match name.as_str() {
                "(small groups)" => frame.say("figures-small-groups"),
                "(not known)" => frame.say("figures-not-known"),
                _ => name.clone(),
            },
            people: of.people,
            restricted: of.restricted,
            days: of.restricted_person_days,
            wrong_days: of.wrongly_restricted_person_days,
        };
        (frame.say(&format!("figures-by-{by}")), groups.iter().map(group).collect())
    });
    let hours = figures.appeals.median_hours;
    Published {
        at: frame.when(at),
        from: frame.when(&figures.from),
        to: frame.when(&figures.to),
        rules: figures.rules.iter().map(rule).collect(),
        hours: hours.map_or_else(|| frame.say("figures-few"), |hours| format!("{hours:.1}")),
        groups: groups.collect(),
        figures,
    }
}

async fn figures(State(service): State<Service>, asked: Asked) -> Result<Response, Problem> {
    let last = service.office().figures().await.map_err(|error| service.problem(&error))?;
    let role = asked.caller.as_ref().map(crate::caller::Caller::role);
    shown(&Page {
        may_publish: matches!(role, Some(Role::Policy | Role::Oversight)),
        published: last.map(|(figures, at)| published(&asked.frame, figures, &at)),
        page: asked.frame,
    })
}

async fn publish(State(service): State<Service>, filled: Filled) -> Result<Response, Problem> {
    let done = filled.once(service.officers()).publish_figures(&filled.caller.actor).await;
    went_well(&service, done, "/figures", "figures")
}
