//! Any text at a door: read, judged, and never admitted by a key it is not signed with.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pass::{Checker, Policy, Verdict, proof::Unproven};

fuzz_target!(|text: &str| {
    let at = "2026-11-23T12:00:00Z".parse().unwrap();
    let anchor = pass::read_public_keys(include_bytes!("../../vectors/pass/publisher.pem"), "").unwrap();
    let trust = anchor.into_iter().map(|(key, _)| key).collect();
    let mut checker = Checker::new(trust, Policy::default());
    // As it is, and as the envelope of a text, which nothing but the container keeps from being read.
    for text in [text.to_owned(), pass::write(text.as_bytes())] {
        assert_ne!(checker.check(&text, at).verdict(), Verdict::Admit);
        checker.steps(&text, at);
        if let Ok(unproven) = Unproven::new(&text, at) {
            let proven = unproven.attach(&[7; 64]).unwrap();
            assert_ne!(checker.check(&proven, at).verdict(), Verdict::Admit);
        }
    }
});
