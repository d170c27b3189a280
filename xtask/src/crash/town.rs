//! Everybody who writes: residents from the first round to the last, and homes that come, have a case, and stay as they are.

use std::{
    collections::BTreeSet,
    fmt,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use super::{
    caller::{Caller, Request},
    home::{Confirming, Home},
    resident::{About, Resident},
};
use crate::http::ask;

/// The password of every officer of the demonstration.
const PASSWORD: &str = "three plain words";
/// Who lives in a home.
const AT_HOME: usize = 3;
/// Tries to sign in, a second each: so often somebody may, from one address.
const TRIES: usize = 60;

/// Everybody who writes.
pub(super) struct Town {
    port: u16,
    writers: Vec<Resident>,
    /// Homes in which a case is being confirmed.
    homes: Vec<Home>,
    /// Homes whose case is confirmed.
    settled: Vec<Home>,
    /// The code at the door of the venue where everybody checks in.
    code: String,
    laboratory: String,
    investigator: String,
    people: usize,
}

/// What was acknowledged.
pub(super) struct Did {
    declarations: usize,
    checks: usize,
    visits: usize,
    cases: usize,
}

impl fmt::Display for Did {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Did { declarations, checks, visits, cases } = self;
        write!(
            f,
            "{declarations} declarations, {checks} checks, {visits} check-ins and {cases} cases with their contacts"
        )
    }
}

impl Town {
    /// Signs in those who write throughout.
    pub(super) fn begin(port: u16, folder: &Path, writers: usize) -> anyhow::Result<Self> {
        let town: Value = serde_json::from_slice(&std::fs::read(folder.join("town.json"))?)?;
        let investigator = town.get("session").and_then(Value::as_str).context("no investigator")?.to_owned();
        let laboratory = officer(port, "laboratory")?;
        let mut town = Town {
            port,
            writers: Vec::new(),
            homes: Vec::new(),
            settled: Vec::new(),
            code: String::new(),
            laboratory,
            investigator,
            people: 0,
        };
        for _ in 0..writers {
            let (resident, token) = town.newcomer(None)?;
            if town.code.is_empty() {
                town.code = venue(port, &token)?;
            }
            town.writers.push(resident);
        }
        Ok(town)
    }

    /// How many people write or wrote.
    pub(super) fn people(&self) -> usize {
        self.people
    }

    /// Somebody who registers, by the code that the demonstration shows; with their token.
    fn newcomer(&mut self, household: Option<&str>) -> anyhow::Result<(Resident, String)> {
        let name = format!("crash-{}", self.people);
        self.people += 1;
        let token = register(self.port, &name, household)?;
        Ok((Resident::new(Caller::new(self.port, &token, "own")), token))
    }

    /// Lets families move in until in so many homes a case is being confirmed.
    pub(super) fn settle_in(&mut self, homes: usize, random: u64) -> anyhow::Result<()> {
        let (done, going_on) =
            std::mem::take(&mut self.homes).into_iter().partition(|home| home.confirming.is_done());
        self.homes = going_on;
        let done: Vec<Home> = done;
        self.settled.extend(done);
        while self.homes.len() < homes {
            let number = self.homes.len() + self.settled.len();
            let household = format!("home-{number}");
            let (mut members, mut first) = (Vec::new(), None);
            for _ in 0..AT_HOME {
                let (resident, token) = self.newcomer(Some(&household))?;
                first = first.or(Some(token));
                members.push(resident);
            }
            let [case, another, ..] = members.as_slice() else { bail!("a home of one") };
            let people = [case.person()?, another.person()?];
            let token = first.context("an empty home")?;
            let caller = |token: &str| Caller::new(self.port, token, &format!("case-{number}"));
            let callers = [caller(&token), caller(&self.laboratory), caller(&self.investigator)];
            let test = format!("crash-{number}");
            let pauses = random ^ number as u64;
            self.homes.push(Home { members, confirming: Confirming::new(people, test, callers, pauses) });
        }
        Ok(())
    }

    /// Lets everybody write for a while, ends the service in the middle of it, and then the writing.
    pub(super) fn load(&mut self, pause: Duration, end: impl FnOnce()) -> anyhow::Result<()> {
        let stopped = AtomicBool::new(false);
        let (stopped, code) = (&stopped, self.code.as_str());
        let (mut residents, mut confirming) = (Vec::new(), Vec::new());
        residents.extend(self.writers.iter_mut());
        for home in &mut self.homes {
            residents.extend(home.members.iter_mut());
            confirming.push(&mut home.confirming);
        }
        let goes_on = || !stopped.load(Ordering::Relaxed);
        thread::scope(|scope| {
            let mut writing = Vec::new();
            for resident in residents {
                writing.push(scope.spawn(move || {
                    while goes_on() {
                        resident.write(code)?;
                    }
                    anyhow::Ok(())
                }));
            }
            for case in confirming {
                writing.push(scope.spawn(move || {
                    while goes_on() {
                        case.proceed()?;
                    }
                    anyhow::Ok(())
                }));
            }
            thread::sleep(pause);
            end();
            stopped.store(true, Ordering::Relaxed);
            for thread in writing {
                thread.join().map_err(|_| anyhow::anyhow!("a writer panicked"))??;
            }
            Ok(())
        })
    }

    /// Sends what was not answered until it is.
    pub(super) fn finish_what_is_open(&mut self) -> anyhow::Result<()> {
        for resident in &mut self.writers {
            resident.finish_what_is_open(&self.code)?;
        }
        for home in &mut self.homes {
            for member in &mut home.members {
                member.finish_what_is_open(&self.code)?;
            }
            home.confirming.finish_what_is_open()?;
        }
        Ok(())
    }

    fn cases(&self) -> BTreeSet<String> {
        let all = self.homes.iter().chain(&self.settled);
        all.filter_map(|home| home.confirming.case().map(ToOwned::to_owned)).collect()
    }

    /// Looks at those who wrote just now.
    pub(super) fn check_who_writes(&self) -> anyhow::Result<()> {
        let cases = self.cases();
        for resident in &self.writers {
            resident.check(&About { all_cases: Some(&cases), ..About::default() })?;
        }
        self.homes.iter().try_for_each(|home| home.check(&cases))
    }

    /// Looks at everybody who ever wrote.
    pub(super) fn check_everybody(&self) -> anyhow::Result<()> {
        self.check_who_writes()?;
        let cases = self.cases();
        self.settled.iter().try_for_each(|home| home.check(&cases))
    }

    /// How often one officer alone said something, which the public log has.
    pub(super) fn said_alone(&self) -> usize {
        self.homes.iter().chain(&self.settled).filter(|home| home.confirming.is_done()).count()
    }

    /// What was acknowledged so far.
    pub(super) fn did(&self) -> Did {
        let homes = self.homes.iter().chain(&self.settled);
        let residents = self.writers.iter().chain(homes.flat_map(|home| &home.members));
        let mut did = Did { declarations: 0, checks: 0, visits: 0, cases: self.cases().len() };
        for [declarations, checks, visits] in residents.map(Resident::did) {
            did.declarations += declarations;
            did.checks += checks;
            did.visits += visits;
        }
        did
    }
}

/// Posts something that nobody need be signed in for, again where somebody was too fast; gives the answer.
fn post(port: u16, path: &str, body: &Value) -> anyhow::Result<Value> {
    for _ in 0..TRIES {
        let (status, answer) = ask(port, "POST", path, "", Some(&body.to_string()))?;
        match status {
            200..=299 => return serde_json::from_str(&answer).with_context(|| format!("POST {path}")),
            429 => thread::sleep(Duration::from_secs(1)),
            _ => bail!("POST {path}: {status} {answer}"),
        }
    }
    bail!("POST {path}: it is always too often");
}

fn token(answer: &Value) -> anyhow::Result<String> {
    Ok(answer.get("token").and_then(Value::as_str).context("no token")?.to_owned())
}

/// What the demonstration shows after a word: codes that would have been sent, and those of officers' devices.
fn shown(port: u16, after: &str, then: &str) -> anyhow::Result<String> {
    let (_, page) = ask(port, "GET", "/demo/notices", "accept: text/html\r\n", None)?;
    let rest = page.split_once(after).and_then(|(_, rest)| rest.split_once(then)).map(|(_, rest)| rest);
    Ok(rest.context("the code is not shown")?.chars().take(6).collect())
}

fn register(port: u16, name: &str, household: Option<&str>) -> anyhow::Result<String> {
    let contact = format!("{name}@town.example");
    post(port, "/api/v1/codes", &json!({ "contact": contact }))?;
    let code = shown(port, &contact, "Your code: ")?;
    let given = json!({ "contact": contact, "code": code, "name": name, "household": household });
    token(&post(port, "/api/v1/residents", &given)?)
}

fn officer(port: u16, name: &str) -> anyhow::Result<String> {
    let code = shown(port, &format!("<td>{name}</td>"), "<code>")?;
    token(&post(
        port,
        "/api/v1/sessions/officer",
        &json!({ "name": name, "password": PASSWORD, "code": code }),
    )?)
}

/// A venue of somebody's; gives the code at its door.
fn venue(port: u16, token: &str) -> anyhow::Result<String> {
    let body = json!({ "name": "The market", "kind": "shop" });
    let path = "/api/v1/venues".to_owned();
    let mut caller = Caller::new(port, token, "venue");
    let answer = caller.send(|| Request { method: "POST", path, body })?.context("no venue")?;
    Ok(answer.get("code").and_then(Value::as_str).context("no code")?.to_owned())
}
