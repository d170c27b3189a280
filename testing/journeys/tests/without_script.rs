//! The way of somebody whose browser runs no script: everything that matters goes on.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a journey fails by panicking")]

use journeys::{Browser, Options, Town};

#[test]
fn without_script_a_resident_registers_declares_sees_why_and_a_code_and_appeals_with_a_letter() {
    let town = Town::start(60);
    let phone = Browser::start(Options { screen: Some((360, 740)), ..Options::default() });
    phone.run_no_scripts();
    phone.register(&town, "Wang Fang", "");
    assert!(phone.text(".status").contains("Green"));
    phone.wait("#code svg");

    phone.tap("#today details summary");
    phone.wait("form input[name=symptom][value=fever]");
    phone.tap("form label.choice:has(input[value=fever])");
    phone.tap("form:has(input[value=declare]) button");
    phone.wait(".note.done");
    let status = phone.text(".status");
    for said in ["Yellow", "you declared symptoms", "Until", "Ends sooner", "12320", "Contest this"] {
        assert!(status.contains(said), "{said} is not in:\n{status}");
    }
    // As good as paper: no proof that this phone is here.
    phone.wait("#code svg");
    assert!(phone.text("#live").contains("identity card"), "{}", phone.text("#live"));

    let folder = tempfile::tempdir().unwrap();
    let letter = folder.path().join("letter.pdf");
    std::fs::write(&letter, "%PDF-1.4 It was a hot bath.").unwrap();
    phone.tap("a.button[href='#contest']");
    phone.write("#contest textarea", "It was a hot bath.");
    phone.write("#contest input[type=file]", &letter.display().to_string());
    phone.tap("#contest form button");
    phone.wait("#appeals");
    let appeals = phone.text("#appeals");
    assert!(appeals.contains("It was a hot bath.") && appeals.contains("letter.pdf"), "{appeals}");
    phone.keep("appeal-without-script");
}
