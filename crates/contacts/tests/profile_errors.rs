//! Every message that a writer of disease profiles can meet, as it is shown.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use contacts::Profile;

/// What is wrong, what stands in the shipped profile, and what stands there instead.
const BROKEN: &[(&str, &str, &str)] = &[
    ("a duration in words", "before = \"2d\"", "before = \"two days\""),
    ("a span that is none", "sum_over = \"24h\"", "sum_over = \"often\""),
    ("more than all are infected", "share = 0.112", "share = 1.12"),
    ("fewer than no rows", "rows = 2", "rows = -2"),
    ("an unknown field", "[household]", "[household]\ncolour = 1"),
    ("an unknown setting", "setting = \"bus\"", "setting = \"tram\""),
    ("an unknown class", "class = \"casual\"", "class = \"distant\""),
    ("a kind in capitals", "[venue.kind.gym]", "[venue.kind.Gym]"),
    ("a section left out", "[household]", "[house]"),
    ("not TOML", "version = 1", "version = = 1"),
];

#[test]
fn every_message_names_line_reason_and_remedy() {
    let mut shown = String::new();
    for (what, good, bad) in BROKEN {
        assert!(Profile::SARS_COV_2.contains(good), "{what}: the shipped profile has no `{good}`");
        let document = Profile::SARS_COV_2.replacen(good, bad, 1);
        let error =
            Profile::parse(document.as_bytes()).err().unwrap_or_else(|| panic!("{what} was accepted"));
        let what_is_wrong = error.what.replace('\n', " ");
        shown.push_str(&format!("--- {what}\n{what_is_wrong}\n  remedy: {}\n", error.remedy));
        assert!(error.line > 1, "{what}");
    }
    assert_eq!(Profile::parse(b"[profile]\nid = \"\xfc\"").unwrap_err().line, 2);
    insta::assert_snapshot!("profile_errors", shown);
}
