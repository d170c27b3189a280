//! Any bytes as a backup: whole, or refused with a reason.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut from = bytes;
    if let Err(error) = office::check_backup(&mut from) {
        assert!(!error.to_string().is_empty());
    }
});
