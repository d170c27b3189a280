//! `cleanbill pass inspect`

use pass::{Checker, Envelope, Unpacker, cbor_to_json, from_base45, unprefix};
use serde_json::{Map, Value, json};

use super::{checking, now};
use crate::{arguments::VerifyArguments, outcome::Outcome};

/// Prints one JSON object for every pass.
pub(super) fn run(arguments: &VerifyArguments, steps_only: bool) -> anyhow::Result<Outcome> {
    let mut checker = checking::checker(arguments)?;
    let at = arguments.at.unwrap_or_else(now);
    let content = checking::passes(&arguments.source)?;
    for text in checking::lines(&content, arguments.source.file.is_some()) {
        let steps = steps(&mut checker, &text, at);
        let report = if steps_only { steps } else { inside(&text, steps) };
        anstream::println!("{report}");
    }
    Ok(Outcome::Done)
}

fn steps(checker: &mut Checker, text: &str, at: jiff::Timestamp) -> Value {
    let steps = checker.steps(text, at).by_name();
    let steps: Map<String, Value> =
        steps.into_iter().map(|(name, step)| (name.to_owned(), step.into())).collect();
    Value::Object(steps)
}

/// What is inside, as far as it can be read, and why not further.
fn inside(text: &str, steps: Value) -> Value {
    let read = || -> anyhow::Result<Value> {
        let mut unpacker = Unpacker::default();
        let bytes = unpacker.unpack(&from_base45(unprefix(text)?)?)?.to_vec();
        let envelope = Envelope::read(&bytes)?;
        Ok(json!({
            "algorithm": envelope.algorithm().map(|algorithm| format!("{algorithm:?}")),
            "key_id": envelope.key_id().map(|id| id.iter().map(|byte| format!("{byte:02x}")).collect::<String>()),
            "bytes": bytes.len(),
            "characters": text.len(),
            "claims": cbor_to_json(envelope.payload_bytes())?,
        }))
    };
    let mut report = read().unwrap_or_else(|error| json!({ "error": error.to_string() }));
    if let Some(report) = report.as_object_mut() {
        report.insert("steps".to_owned(), steps);
    }
    report
}
