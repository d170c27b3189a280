//! Any bytes as a rule set: refused with a reason, or compiled; what compiles can be checked and shown.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rating::{Language, RuleSet};

fuzz_target!(|document: &[u8]| {
    match RuleSet::parse(document) {
        Ok(rule_set) => {
            for language in Language::ALL {
                assert!(!rating::describe(&rule_set, language).0.is_empty());
            }
            let rating = rating::rate(&rule_set, &rating::Evidence::default(), rule_set.effective);
            assert!(rating.reasons.is_empty());
        }
        Err(error) => assert!(!error.problems.is_empty()),
    }
});
