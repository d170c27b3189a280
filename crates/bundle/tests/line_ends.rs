//! The line of a bad row is right, whichever way lines end.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use bundle::{Future, RowError, Rows};
use evidence::{About, Declaration};

#[test]
fn a_bad_row_is_named_by_its_line_with_every_kind_of_line_end() {
    let rows = ["person,at,symptoms", "anna,2020-02-11T10:00:00Z,\"fever;\u{1f}\"", "", "anna,never,"];
    for end in ["\n", "\r\n", "\r"] {
        let text = rows.join(end).replace('\u{1f}', end);
        let lines: Vec<u64> = Rows::<About<Declaration>>::from_csv(text.as_bytes(), "d.csv", Future::Allow)
            .unwrap()
            .map(|row| match row {
                Ok(numbered) => numbered.line,
                Err(RowError::Bad(reject)) => reject.line,
                Err(RowError::Stop(error)) => panic!("{error}"),
            })
            .collect();
        // The first row goes over two lines; behind it is an empty one.
        assert_eq!(lines, [2, 5], "{end:?}");
    }
}
