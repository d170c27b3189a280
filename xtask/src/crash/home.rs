//! A home in which somebody becomes a case: they give a specimen, a laboratory finds it positive, an investigator of another body opens the
//! case, and it counts with its contacts: those who live with them. Then the investigator says the same of one of these, whom nobody
//! tested: one officer's word alone restricts nobody, waits, and stands in the public log.

use std::{collections::BTreeSet, thread, time::Duration};

use anyhow::{Context, bail};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    caller::{Caller, Request},
    resident::{About, Resident},
};

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Begun,
    GaveSpecimen,
    FoundPositive,
    Confirmed,
    SaidOfAnother,
}

/// Those who confirm a case.
pub(super) struct Confirming {
    person: String,
    another: String,
    test: String,
    themself: Caller,
    laboratory: Caller,
    investigator: Caller,
    step: Step,
    case: Option<String>,
    /// Steps are taken at instants that differ, so that services die between any two of them.
    pauses: u64,
}

/// A home: the first is the case, the others live with them.
pub(super) struct Home {
    pub(super) members: Vec<Resident>,
    pub(super) confirming: Confirming,
}

impl Confirming {
    pub(super) fn new(
        [person, another]: [String; 2],
        test: String,
        callers: [Caller; 3],
        pauses: u64,
    ) -> Self {
        let [themself, laboratory, investigator] = callers;
        let (step, case) = (Step::Begun, None);
        Confirming { person, another, test, themself, laboratory, investigator, step, case, pauses }
    }

    /// Whether everything was said.
    pub(super) fn is_done(&self) -> bool {
        self.step == Step::SaidOfAnother
    }

    /// The case, once it was acknowledged.
    pub(super) fn case(&self) -> Option<&str> {
        self.case.as_deref()
    }

    /// Waits a moment, and takes the next step.
    pub(super) fn proceed(&mut self) -> anyhow::Result<()> {
        if self.is_done() {
            thread::sleep(Duration::from_millis(20));
            return Ok(());
        }
        self.pauses = self.pauses.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        thread::sleep(Duration::from_millis((self.pauses >> 40) % 250));
        self.take_step()
    }

    fn take_step(&mut self) -> anyhow::Result<()> {
        let Confirming { person, another, test, .. } = self;
        match self.step {
            Step::Begun => {
                let body = json!({ "test": test });
                let path = "/api/v1/people/me/specimens".to_owned();
                if self.themself.send(|| Request { method: "POST", path, body })?.is_some() {
                    self.step = Step::GaveSpecimen;
                }
            }
            Step::GaveSpecimen => {
                let sampled = just_now();
                let body = json!({ "test": test, "sampled": sampled, "method": "pcr", "result": "positive" });
                let path = format!("/api/v1/people/{person}/tests");
                if let Some(answer) = self.laboratory.send(|| Request { method: "POST", path, body })? {
                    counts(&answer)?;
                    self.step = Step::FoundPositive;
                }
            }
            Step::FoundPositive => {
                let path = format!("/api/v1/people/{person}/cases");
                let body = json!({});
                if let Some(answer) = self.investigator.send(|| Request { method: "POST", path, body })? {
                    counts(answer.get("stated").unwrap_or(&answer))?;
                    let case = answer.get("case").and_then(Value::as_str).context("a case without an id")?;
                    self.case = Some(case.to_owned());
                    self.step = Step::Confirmed;
                }
            }
            Step::Confirmed => {
                let path = format!("/api/v1/people/{another}/cases");
                let body = json!({});
                if let Some(answer) = self.investigator.send(|| Request { method: "POST", path, body })? {
                    if answer.pointer("/stated/because").and_then(Value::as_str) != Some("waits") {
                        bail!("what one officer alone said does not wait: {answer}");
                    }
                    self.step = Step::SaidOfAnother;
                }
            }
            Step::SaidOfAnother => {}
        }
        Ok(())
    }

    /// Sends what is open until it is answered.
    pub(super) fn finish_what_is_open(&mut self) -> anyhow::Result<()> {
        while [&self.themself, &self.laboratory, &self.investigator].iter().any(|caller| caller.is_open()) {
            self.take_step()?;
        }
        Ok(())
    }
}

/// A moment that the service takes for past.
#[expect(clippy::disallowed_methods, reason = "a specimen is taken when the chore runs")]
fn just_now() -> Timestamp {
    let now = Timestamp::now();
    now.checked_sub(SignedDuration::from_mins(1)).unwrap_or(now)
}

fn counts(stated: &Value) -> anyhow::Result<()> {
    if stated.get("counts").and_then(Value::as_bool) != Some(true) {
        bail!("what two bodies said does not count: {stated}");
    }
    Ok(())
}

impl Home {
    /// Everything acknowledged is there once: the test, the case, and that those at home were near it.
    pub(super) fn check(&self, all_cases: &BTreeSet<String>) -> anyhow::Result<()> {
        let (step, case) = (self.confirming.step, self.confirming.case());
        let (is_tested, is_said) = (step >= Step::FoundPositive, step >= Step::SaidOfAnother);
        for (place, member) in self.members.iter().enumerate() {
            let about = About { all_cases: Some(all_cases), ..About::default() };
            let about = match place {
                0 => {
                    let said = usize::from(is_tested) + usize::from(step >= Step::Confirmed);
                    About { is_tested, case, said, ..about }
                }
                1 => About { lives_with: case, said: usize::from(is_said), ..about },
                _ => About { lives_with: case, ..about },
            };
            member.check(&about).with_context(|| format!("somebody at home with a case, at {step:?}"))?;
        }
        Ok(())
    }
}
