//! Any text as a condition over any kind of evidence: refused with a column, or asked without a panic.
#![no_main]

use evidence::{Declaration, EvidenceKind, Symptom, Symptoms};
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use rating::{Condition, Says};

fuzz_target!(|input: &[u8]| {
    let Some((kind, input)) = input.split_first() else { return };
    let Some((cases_met, expression)) = input.split_first() else { return };
    let Ok(expression) = std::str::from_utf8(expression) else { return };
    let kind = EvidenceKind::ALL[usize::from(*kind) % EvidenceKind::ALL.len()];
    match Condition::compile(kind, expression) {
        Ok(condition) => {
            let symptoms = Symptoms::NONE.with(Symptom::Fever);
            let says = Says::Declaration(Declaration { at: Timestamp::UNIX_EPOCH, symptoms });
            let _ = condition.ask(&says, u32::from(*cases_met));
        }
        Err(error) => assert!(error.column >= 1),
    }
});
