//! Any bytes as a disease profile: refused with a line, or read.
#![no_main]

use contacts::Profile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|document: &[u8]| {
    if let Err(error) = Profile::parse(document) {
        assert!(error.line >= 1 && !error.what.is_empty());
    }
});
