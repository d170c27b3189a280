//! `/oversight/watch`: everything else that oversight looks at: what is held beside rulings and statements, appeals that were late, how
//! often records are looked at, what left the office, whom it trusts, and what was deleted. No person is named.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use office::{Issuer, Office, Role};
use store::RecordId;

use crate::{
    caller::Caller,
    form::{Filled, went_well},
    page::{Asked, Frame, shown},
    problem::{Kind, Problem},
    service::Service,
};

/// The latest of each list that are shown.
const SHOWN: usize = 50;

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/oversight/watch", get(watch).post(act))
}

#[derive(Template)]
#[template(path = "watch.html")]
struct Page {
    page: Frame,
    held: Vec<Held>,
    overdue: Vec<Overdue>,
    looks: Vec<(String, String, String, String, String)>,
    traces: Vec<Row>,
    lists: Vec<Row>,
    issuers: Vec<Trusted>,
    deletions: Vec<(String, String, u64, u64)>,
}

/// Something that waits for oversight.
struct Held {
    id: String,
    what: &'static str,
    title: String,
    at: String,
    says: String,
    may_end: bool,
}

/// An appeal that was not decided in time.
struct Overdue {
    rule: String,
    made: String,
    decide_by: String,
    became: String,
}

/// A place trace or a line list.
struct Row {
    at: String,
    who: String,
    purpose: String,
    came: String,
}

/// Another authority.
struct Trusted {
    id: String,
    name: String,
    by: String,
    until: String,
    state: &'static str,
    word: String,
}

/// What is read of the office for this page, in the reader's words.
struct Reading<'r> {
    service: &'r Service,
    office: &'r Office,
    caller: &'r Caller,
    frame: &'r Frame,
}

impl Reading<'_> {
    fn failed(&self, error: &office::OfficeError) -> Problem {
        self.service.problem(error)
    }

    async fn held(&self) -> Result<Vec<Held>, Problem> {
        let (actor, frame) = (&self.caller.actor, self.frame);
        let mut held = Vec::new();
        let traces = self.office.place_traces(actor).await.map_err(|error| self.failed(&error))?;
        for of in traces.into_iter().filter(|of| of.held) {
            held.push(Held {
                id: of.trace.as_str().to_owned(),
                what: "place-trace",
                title: frame.say("held-trace"),
                at: frame.when(&of.at),
                says: format!(
                    "{} · {} · {} {}",
                    of.area,
                    of.purpose,
                    frame.say("places-people"),
                    of.preview.people
                ),
                may_end: true,
            });
        }
        for (id, of) in self.office.held_imports(actor).await.map_err(|error| self.failed(&error))? {
            held.push(Held {
                id: id.as_str().to_owned(),
                what: "import",
                title: frame.say("held-import"),
                at: frame.when(&of.at),
                says: format!("{} · {} · {} / {}", of.by.body, of.source, of.restricting, of.rows),
                may_end: false,
            });
        }
        for (id, of) in self.office.unexplained(actor).await.map_err(|error| self.failed(&error))? {
            let difference = |(kept, given, people): &(evidence::Level, evidence::Level, u64)| {
                format!("{} → {}: {people}", frame.level(kept), frame.level(given))
            };
            held.push(Held {
                id: id.as_str().to_owned(),
                what: "unexplained",
                title: frame.say("held-unexplained"),
                at: frame.when(&of.at),
                says: of.differences.iter().map(difference).collect::<Vec<_>>().join(" · "),
                may_end: false,
            });
        }
        Ok(held)
    }

    async fn overdue(&self) -> Result<Vec<Overdue>, Problem> {
        let all = self.office.overdue_appeals(&self.caller.actor).await;
        let row = |of: office::Overdue| Overdue {
            made: self.frame.when(&of.made),
            decide_by: self.frame.when(&of.decide_by),
            became: match of.upheld {
                Some(true) => self.frame.say("uphold"),
                Some(false) => self.frame.say("not-uphold"),
                None => self.frame.say("overdue-open"),
            },
            rule: of.rule,
        };
        Ok(all.map_err(|error| self.failed(&error))?.into_iter().map(row).take(SHOWN).collect())
    }

    async fn looks(&self) -> Result<Vec<(String, String, String, String, String)>, Problem> {
        let word = |of: &serde_json::Value, name: &str| {
            of.pointer(name).and_then(|word| word.as_str()).unwrap_or_default().to_owned()
        };
        let days = self.office.looks(&self.caller.actor).await.map_err(|error| self.failed(&error))?;
        let mut rows = Vec::new();
        for day in days {
            for access in &day.accesses {
                let of = serde_json::to_value(access).unwrap_or_default();
                let role = self.frame.say(&format!("role-{}", word(&of, "/office/role")));
                let (body, purpose) = (word(&of, "/office/body"), word(&of, "/purpose"));
                let purpose = self.frame.say(&format!("looked-{}", purpose.replace('_', "-")));
                rows.push((self.frame.when(&day.from), role, body, purpose, access.accesses.to_string()));
            }
        }
        rows.truncate(4 * SHOWN);
        Ok(rows)
    }

    async fn traces(&self) -> Result<Vec<Row>, Problem> {
        let frame = self.frame;
        let all = self.office.place_traces(&self.caller.actor).await.map_err(|error| self.failed(&error))?;
        let row = |of: office::PlaceTraceSeen| Row {
            at: frame.when(&of.at),
            who: format!("{} · {}", frame.role_word(&of.by.0), of.by.1),
            purpose: format!("{} · {}", of.area, of.purpose),
            came: match of.asked {
                Some(asked) => format!("{} {asked}", frame.say("places-asked")),
                None if of.held => frame.say("held-title"),
                None => frame.say("watch-waits"),
            },
        };
        Ok(all.into_iter().map(row).take(SHOWN).collect())
    }

    async fn lists(&self) -> Result<Vec<Row>, Problem> {
        let frame = self.frame;
        let all = self.office.line_lists(&self.caller.actor).await.map_err(|error| self.failed(&error))?;
        let row = |of: office::LineListSeen| Row {
            at: frame.when(&of.at),
            who: format!("{} · {}", frame.role_word(&of.by.0), of.by.1),
            came: match (of.rows, of.approved_by) {
                (Some(rows), _) => format!("{} {rows}", frame.say("watch-rows")),
                (None, Some((role, body))) => {
                    format!("{} {} · {body}", frame.say("watch-approved"), frame.role_word(&role))
                }
                (None, None) => frame.say("watch-waits"),
            },
            purpose: of.purpose,
        };
        Ok(all.into_iter().map(row).take(SHOWN).collect())
    }

    async fn issuers(&self) -> Result<Vec<Trusted>, Problem> {
        let state = |of: &Issuer| match (&of.agreed, &of.revoked) {
            (_, Some(_)) => "revoked",
            (Some(_), None) => "trusted",
            (None, None) => "proposed",
        };
        let all = self.office.issuers().await.map_err(|error| self.failed(&error))?;
        let row = |(id, of): (RecordId, Issuer)| Trusted {
            id: id.as_str().to_owned(),
            by: of.by.body.to_string(),
            until: self.frame.when(&of.key.not_after),
            state: state(&of),
            word: self.frame.say(&format!("issuer-{}", state(&of))),
            name: format!("{} · {}", of.key.issuer, of.key.name),
        };
        Ok(all.into_iter().map(row).collect())
    }

    async fn deletions(&self) -> Result<Vec<(String, String, u64, u64)>, Problem> {
        let signed = self.office.deletions(&self.caller.actor, None, 1_000).await;
        let mut signed = signed.map_err(|error| self.failed(&error))?;
        signed.sort_by_key(|(_, of)| std::cmp::Reverse(of.at));
        let read = |(_, of): (RecordId, office::SignedDeletion)| {
            let deletion: office::Deletion = serde_json::from_str(&of.document).ok()?;
            let class = serde_json::to_value(deletion.class).ok()?;
            let class = self.frame.say(&format!("class-{}", class.as_str()?));
            Some((self.frame.when(&of.at), class, deletion.records, deletion.keys_destroyed))
        };
        Ok(signed.into_iter().filter_map(read).take(SHOWN).collect())
    }
}

async fn watch(State(service): State<Service>, asked: Asked) -> Result<Response, Problem> {
    let caller = asked.only(Role::Oversight)?;
    let of = Reading { service: &service, office: service.officers(), caller, frame: &asked.frame };
    let (held, overdue, looks) = (of.held().await?, of.overdue().await?, of.looks().await?);
    let (traces, lists) = (of.traces().await?, of.lists().await?);
    let (issuers, deletions) = (of.issuers().await?, of.deletions().await?);
    shown(&Page { held, overdue, looks, traces, lists, issuers, deletions, page: asked.frame })
}

async fn act(State(service): State<Service>, filled: Filled) -> Result<Response, Problem> {
    let id = RecordId::parse(filled.text("id")).ok_or(Kind::Unknown)?;
    let actor = &filled.caller.actor;
    let office = filled.once(service.officers());
    let page = "/oversight/watch";
    match filled.text("what") {
        "place-trace" => {
            let goes_on = filled.text("goes_on") == "yes";
            went_well(&service, office.release_place_trace(actor, &id, goes_on).await, page, "released")
        }
        "import" => went_well(&service, office.release_import(actor, &id).await, page, "released"),
        "unexplained" => went_well(&service, office.release_unexplained(actor, &id).await, page, "released"),
        "agree" => went_well(&service, office.agree_to_issuer(actor, &id).await, page, "issuer-agreed"),
        "revoke" => went_well(&service, office.revoke_issuer(actor, &id).await, page, "issuer-revoked"),
        _ => Err(Kind::Malformed.into()),
    }
}
