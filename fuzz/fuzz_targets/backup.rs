//! Any bytes as a backup: refused with what is wrong, and never taken for whole but as it was written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use office::check_backup;

fuzz_target!(|input: &[u8]| {
    let Ok((made, manifest)) = check_backup(&mut &*input) else { return };
    // Another byte at its end, and it is no whole backup any more; without its last, neither.
    let longer = [input, &[0]].concat();
    assert!(check_backup(&mut longer.as_slice()).is_err(), "{made} {manifest:?}");
    assert!(check_backup(&mut input.split_last().map_or(input, |(_, shorter)| shorter)).is_err());
});
