//! A resident: declares, makes checks, checks in at a venue and out of it, and looks at their pass.

use std::collections::BTreeSet;

use anyhow::{Context, bail};
use serde_json::{Value, json};

use super::caller::{Caller, Request};

/// Check-ins of a person in a run: the office believes 30 in a day.
const VISITS_MAX: usize = 28;

/// What somebody is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    Declaring,
    Checking,
    Entering,
    Leaving,
}

/// What is to be in the evidence about somebody besides what they said themselves.
#[derive(Debug, Default)]
pub(super) struct About<'a> {
    /// Whether a laboratory found them positive.
    pub(super) is_tested: bool,
    /// The case they are.
    pub(super) case: Option<&'a str>,
    /// The case they live with.
    pub(super) lives_with: Option<&'a str>,
    /// How often officers said something of them: each is a look at their record as well.
    pub(super) said: usize,
    /// Every case there is.
    pub(super) all_cases: Option<&'a BTreeSet<String>>,
}

/// A resident, and what of theirs was acknowledged.
pub(super) struct Resident {
    caller: Caller,
    doing: Doing,
    declared: usize,
    checked: usize,
    visits: BTreeSet<String>,
    is_inside: bool,
}

impl Resident {
    pub(super) fn new(caller: Caller) -> Self {
        let visits = BTreeSet::new();
        Resident { caller, doing: Doing::Declaring, declared: 0, checked: 0, visits, is_inside: false }
    }

    /// Declarations, checks, and visits that were acknowledged.
    pub(super) fn did(&self) -> [usize; 3] {
        [self.declared, self.checked, self.visits.len()]
    }

    /// Their id.
    pub(super) fn person(&self) -> anyhow::Result<String> {
        let exported = self.caller.read("/api/v1/people/me/export")?;
        let person = exported.pointer("/resident/person").and_then(Value::as_str);
        Ok(person.context("an export without a person")?.to_owned())
    }

    fn next(&self) -> Doing {
        match self.caller.sent() % 5 {
            0 | 3 => Doing::Declaring,
            1 => Doing::Checking,
            _ if self.is_inside => Doing::Leaving,
            _ if self.visits.len() < VISITS_MAX => Doing::Entering,
            _ => Doing::Declaring,
        }
    }

    /// Sends the next request, or the one that was not answered again.
    pub(super) fn write(&mut self, code: &str) -> anyhow::Result<()> {
        if !self.caller.is_open() {
            self.doing = self.next();
            if self.caller.sent() % 4 == 1 {
                self.caller.glance("/api/v1/me/pass");
            }
        }
        let doing = self.doing;
        let answer = self.caller.send(|| {
            let (method, path, body) = match doing {
                Doing::Declaring => ("POST", "declarations", json!({ "symptoms": [] })),
                Doing::Checking => ("POST", "checks", json!({ "symptoms": [] })),
                Doing::Entering => ("POST", "visits", json!({ "code": code })),
                Doing::Leaving => ("DELETE", "visits/open", Value::Null),
            };
            Request { method, path: format!("/api/v1/people/me/{path}"), body }
        })?;
        let Some(answer) = answer else { return Ok(()) };
        match doing {
            Doing::Declaring => self.declared += 1,
            Doing::Checking => self.checked += 1,
            Doing::Entering => {
                let visit =
                    answer.get("visit").and_then(Value::as_str).context("a check-in without an id")?;
                self.visits.insert(visit.to_owned());
                self.is_inside = true;
            }
            // Sent again after it had happened, it finds nobody inside.
            Doing::Leaving => self.is_inside = false,
        }
        Ok(())
    }

    /// Sends what is open until it is answered.
    pub(super) fn finish_what_is_open(&mut self, code: &str) -> anyhow::Result<()> {
        while self.caller.is_open() {
            self.write(code)?;
        }
        Ok(())
    }

    /// Everything acknowledged is there, once, and nothing else is.
    pub(super) fn check(&self, about: &About<'_>) -> anyhow::Result<()> {
        let exported = self.caller.read("/api/v1/people/me/export")?;
        let list = |name: &str| exported.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let evidence = list("evidence");
        let says = |kind: &str| -> Vec<&Value> {
            evidence.iter().filter_map(|piece| piece.get("says")?.get(kind)).collect()
        };
        let counts = [
            ("declarations", self.declared, says("declaration").len()),
            ("checks", self.checked, says("check").len()),
            ("positive tests", usize::from(about.is_tested), says("test").len()),
            ("cases", usize::from(about.case.is_some()), says("case").len()),
            ("visits", self.visits.len(), list("visits").len()),
            ("statements", about.said, list("statements").len()),
            ("looks", about.said, list("accesses").len()),
            (
                "visits without an end",
                usize::from(self.is_inside),
                list("visits").iter().filter(|visit| visit.get("left").is_some_and(Value::is_null)).count(),
            ),
        ];
        for (what, acknowledged, there) in counts {
            if acknowledged != there {
                bail!("{acknowledged} {what} were acknowledged and {there} are there");
            }
        }
        let case = says("case").first().and_then(|case| case.get("case")?.as_str());
        if case != about.case {
            bail!("{:?} was acknowledged as a case, and {case:?} is there", about.case);
        }
        let exposures = says("exposure");
        check_exposures(about, &exposures)?;
        self.check_colour(about)
    }

    /// The colour is what follows, and the pass says it.
    fn check_colour(&self, about: &About<'_>) -> anyhow::Result<()> {
        let expected = match about {
            About { is_tested: true, .. } => "red",
            About { lives_with: Some(_), .. } => "yellow",
            _ => "green",
        };
        for path in ["/api/v1/people/me/colour", "/api/v1/me/pass"] {
            let read = self.caller.read(path)?;
            let level = read.get("level").and_then(Value::as_str);
            if level != Some(expected) {
                bail!("{path} says {level:?}, and {expected} follows from what was acknowledged");
            }
        }
        Ok(())
    }
}

/// Whoever lives with a case was near it, once; and there is no exposure without its case.
fn check_exposures(about: &About<'_>, exposures: &[&Value]) -> anyhow::Result<()> {
    let mut at_home = 0;
    for exposure in exposures {
        let text = |name: &str| exposure.pointer(name).and_then(Value::as_str);
        let case = text("/0/case").context("an exposure without a case")?;
        if about.all_cases.is_some_and(|cases| !cases.contains(case)) {
            bail!("an exposure to the case {case}, which was not acknowledged");
        }
        if text("/0/setting") == Some("household") {
            at_home += 1;
            if about.lives_with != Some(case) {
                bail!("an exposure at home to {case}, and the case at home is {:?}", about.lives_with);
            }
        }
    }
    if at_home != usize::from(about.lives_with.is_some()) {
        bail!("{at_home} exposures at home, and the case at home is {:?}", about.lives_with);
    }
    Ok(())
}
