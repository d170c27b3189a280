//! Any bytes as a CSV table of a bundle: every row is good or rejected with its line, and reading ends.
#![no_main]

use bundle::{Future, Row, RowError, Rows};
use evidence::{
    About, Case, Check, Declaration, HouseholdMember, NamedContact, Person, RegionPeriod, Ruling, Stay, Test, Trip,
    Venue, Visit,
};
use libfuzzer_sys::fuzz_target;

fn read<R: Row>(bytes: &[u8]) {
    let Ok(rows) = Rows::<R>::from_csv(bytes, "fuzz.csv", Future::Allow) else { return };
    for row in rows {
        match row {
            Ok(numbered) => assert!(numbered.line > 1),
            Err(RowError::Bad(reject)) => assert!(reject.line > 1 && !reject.why.is_empty()),
            Err(RowError::Stop(error)) => {
                assert!(!error.to_string().is_empty());
                return;
            }
        }
    }
}

fuzz_target!(|input: &[u8]| {
    let Some((table, bytes)) = input.split_first() else { return };
    match table % 13 {
        0 => read::<Person>(bytes),
        1 => read::<HouseholdMember>(bytes),
        2 => read::<RegionPeriod>(bytes),
        3 => read::<Venue>(bytes),
        4 => read::<About<Case>>(bytes),
        5 => read::<NamedContact>(bytes),
        6 => read::<About<Test>>(bytes),
        7 => read::<About<Declaration>>(bytes),
        8 => read::<About<Check>>(bytes),
        9 => read::<About<Stay>>(bytes),
        10 => read::<About<Trip>>(bytes),
        11 => read::<About<Visit>>(bytes),
        _ => read::<About<Ruling>>(bytes),
    }
});
