//! The pages, one file each. They work without script.

mod cases;
mod check;
mod declare;
mod desk;
mod diary;
mod field;
mod figures;
mod home;
mod interview;
mod laboratory;
mod line_lists;
mod me;
pub(crate) mod message;
mod notices;
mod oversight;
mod passkeys;
mod place_traces;
mod policy;
mod record;
mod review;
mod share;
mod sign_in;
mod style_guide;
mod told;
mod travel;
mod venue;
mod venues;
mod watch;

use askama::Template;
use axum::{
    Router,
    extract::{FromRequestParts, Query},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use evidence::Symptom;
use jiff::{Timestamp, tz::TimeZone};
use office::Role;
use rating::Language;

use crate::{
    caller::{Caller, Maybe},
    language,
    problem::{Kind, Problem},
    reply,
    service::Service,
};

/// The routes.
pub(crate) fn router() -> Router<Service> {
    Router::new()
        .route("/language/{code}", get(choose_language))
        .merge(home::routes())
        .merge(sign_in::routes())
        .merge(passkeys::routes())
        .merge(style_guide::routes())
        .merge(me::routes())
        .merge(record::routes())
        .merge(told::routes())
        .merge(share::routes())
        .merge(venue::routes())
        .merge(venues::routes())
        .merge(check::routes())
        .merge(declare::routes())
        .merge(desk::routes())
        .merge(diary::routes())
        .merge(field::routes())
        .merge(laboratory::routes())
        .merge(cases::routes())
        .merge(review::routes())
        .merge(policy::routes())
        .merge(oversight::routes())
        .merge(figures::routes())
        .merge(interview::routes())
        .merge(line_lists::routes())
        .merge(place_traces::routes())
        .merge(travel::routes())
        .merge(watch::routes())
        .merge(notices::routes())
}

/// What every page needs: whose it is, in which language.
pub(crate) struct Frame {
    pub(crate) language: Language,
    pub(crate) authority: String,
    pub(crate) is_demo: bool,
    role: Option<Role>,
    token: String,
    once: String,
    done: Option<String>,
    zone: TimeZone,
    pub(crate) now: Timestamp,
}

/// An instant as pages show it: for machines, for people, and how long it is until then.
pub(crate) struct Moment {
    pub(crate) iso: Timestamp,
    pub(crate) says: String,
    pub(crate) left: String,
}

impl Frame {
    pub(crate) fn new(service: &Service, headers: &axum::http::HeaderMap, caller: Option<&Caller>) -> Self {
        let settings = service.settings();
        Frame {
            language: language::of(headers),
            authority: settings.authority.clone(),
            is_demo: settings.is_demo,
            role: caller.map(Caller::role),
            token: caller.map(Caller::form_token).unwrap_or_default(),
            once: format!("{:x}-{:x}", service.now().as_microsecond(), service.request_number()),
            done: None,
            zone: settings.time_zone.clone(),
            now: service.now(),
        }
    }

    /// A sentence.
    pub(crate) fn say(&self, key: &str) -> String {
        language::say(self.language, key, &[])
    }

    /// What was just done, where something was.
    pub(crate) fn done(&self) -> Option<String> {
        let key = format!("done-{}", self.done.as_deref()?);
        let says = self.say(&key);
        // An address can be made up; only sentences of ours are shown.
        (says != key).then_some(says)
    }

    /// The code of the language.
    pub(crate) fn lang(&self) -> &'static str {
        match self.language {
            Language::En => "en",
            Language::Zh => "zh-CN",
        }
    }

    /// An instant as people read it.
    pub(crate) fn when(&self, at: &Timestamp) -> String {
        language::date_time(self.language, &self.zone, at)
    }

    /// An instant with how long it is until then.
    pub(crate) fn moment(&self, at: &Timestamp) -> Moment {
        let minutes = at.duration_since(self.now).as_mins();
        let (days, hours, rest) = (minutes / 1440, minutes % 1440 / 60, minutes % 60);
        let (key, first, second) = match (days, hours) {
            _ if minutes <= 0 => ("left-over", 0, 0),
            (1.., _) => ("left-days", days, hours),
            (_, 1..) => ("left-hours", hours, rest),
            _ => ("left-minutes", rest, 0),
        };
        let (first, second) = (first.to_string(), second.to_string());
        let left = language::say(self.language, key, &[("first", &first), ("second", &second)]);
        Moment { iso: *at, says: self.when(at), left }
    }

    /// Sentences for a script, as JSON that can stand in a page.
    pub(crate) fn words(&self, keys: &[&str]) -> String {
        let places = [("first", "{first}"), ("second", "{second}")];
        let word = |key: &&str| ((*key).to_owned(), language::say(self.language, key, &places).into());
        let words: serde_json::Map<String, serde_json::Value> = keys.iter().map(word).collect();
        serde_json::Value::Object(words).to_string().replace('<', "\\u003c")
    }

    /// How large something is, in thousands or millions of bytes, rounded up.
    pub(crate) fn size(&self, bytes: &u64) -> String {
        match bytes.div_ceil(1_000) {
            thousands @ ..1_000 => format!("{thousands} kB"),
            thousands => format!("{}.{} MB", thousands / 1_000, thousands % 1_000 / 100),
        }
    }

    /// The word of a level.
    pub(crate) fn level(&self, level: &evidence::Level) -> String {
        self.say(&format!("level-{level}"))
    }

    /// The words of a ruling's ground.
    pub(crate) fn ground(&self, ground: &str) -> String {
        self.say(&format!("ground-{ground}"))
    }

    /// The words of a kind of venue.
    pub(crate) fn venue_kind(&self, kind: &str) -> String {
        let key = format!("kind-{}", kind.replace('_', "-"));
        let says = self.say(&key);
        // A kind of another's profile has no words here.
        if says == key { kind.to_owned() } else { says }
    }

    /// The word of a means of travel.
    pub(crate) fn travel_mode(&self, mode: &str) -> String {
        self.say(&format!("mode-{mode}"))
    }

    /// The word of a role.
    pub(crate) fn role_word(&self, role: &Role) -> String {
        self.say(&format!("role-{}", role.word()))
    }

    /// Every symptom: its word in the vocabulary, and in the reader's language.
    pub(crate) fn symptoms(&self) -> Vec<(String, String)> {
        let word = |symptom: &Symptom| {
            let word = symptom.to_string();
            let says = self.say(&format!("symptom-{}", word.replace('_', "-")));
            (word, says)
        };
        Symptom::ALL.iter().map(word).collect()
    }

    /// The page of the role that is signed in.
    pub(crate) fn own_page(&self) -> Option<(&'static str, String)> {
        let role = self.role?;
        Some((home_of(role), self.role_word(&role)))
    }

    pub(crate) fn is_resident(&self) -> bool {
        self.role == Some(Role::Resident)
    }

    pub(crate) fn is_signed_in(&self) -> bool {
        self.role.is_some()
    }

    /// The fields that every form carries.
    pub(crate) fn hidden(&self) -> String {
        format!(
            "<input type=\"hidden\" name=\"token\" value=\"{}\"><input type=\"hidden\" name=\"once\" value=\"{}\">",
            self.token, self.once
        )
    }
}

/// Where a role works.
pub(crate) fn home_of(role: Role) -> &'static str {
    match role {
        Role::Resident => "/me",
        Role::Desk => "/desk",
        Role::Field => "/field",
        Role::Investigator => "/cases",
        Role::Laboratory => "/laboratory",
        Role::Reviewer => "/review",
        Role::Policy => "/policy",
        Role::Oversight => "/oversight",
        Role::Operator => "/",
    }
}

/// A request for a page: whoever is signed in, and the frame.
pub(crate) struct Asked {
    pub(crate) caller: Option<Caller>,
    pub(crate) frame: Frame,
}

impl FromRequestParts<Service> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        let Maybe(caller) = Maybe::from_request_parts(parts, service).await?;
        let mut frame = Frame::new(service, &parts.headers, caller.as_ref());
        let query = Query::<std::collections::HashMap<String, String>>::try_from_uri(&parts.uri);
        frame.done = query.ok().and_then(|query| query.get("done").cloned());
        Ok(Asked { caller, frame })
    }
}

impl Asked {
    /// Whoever is signed in, in this role.
    pub(crate) fn only(&self, role: Role) -> Result<&Caller, Problem> {
        let caller = self.caller.as_ref().ok_or(Kind::NotSignedIn)?;
        if caller.role() != role {
            return Err(Problem::detailed(Kind::Forbidden, self.frame.say("not-your-page")));
        }
        Ok(caller)
    }
}

/// A page as an answer.
pub(crate) fn shown(page: &impl Template) -> Result<Response, Problem> {
    let page = page.render().map_err(|_| Kind::Failed)?;
    Ok(reply::typed(StatusCode::OK, "text/html; charset=utf-8", page))
}

/// Remembers a language in a cookie, and goes back. A resident is written to in it from now on.
async fn choose_language(
    axum::extract::State(service): axum::extract::State<Service>,
    axum::extract::Path(code): axum::extract::Path<String>,
    Maybe(caller): Maybe,
    headers: axum::http::HeaderMap,
) -> Result<Response, Problem> {
    let language = language::by_code(&code).ok_or(Kind::Unknown)?;
    // Another site's link chooses for nobody.
    let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
    let is_own = site.is_none_or(|site| matches!(site, "same-origin" | "none"));
    if let Some(caller) = caller.filter(|_| is_own)
        && let Ok(person) = caller.resident()
    {
        let chosen = service.office().choose_language(&caller.actor, &person, language).await;
        chosen.map_err(|error| service.problem(&error))?;
    }
    // Back to a page of ours: the path of where the reader came from, and nothing else of it.
    let from = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    let path = from
        .and_then(|from| from.split("://").nth(1))
        .and_then(|rest| rest.find('/').and_then(|at| rest.get(at..)));
    let path =
        path.filter(|path| !path.starts_with("//")).and_then(|path| path.split('?').next()).unwrap_or("/");
    let cookie = format!(
        "{}={}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly",
        language::LANGUAGE,
        match language {
            Language::En => "en",
            Language::Zh => "zh",
        }
    );
    let mut response = Redirect::to(path).into_response();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
