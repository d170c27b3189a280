//! A passkey's way: added by somebody who signed in as before, used to sign in, and removed.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a journey fails by panicking"
)]

use journeys::{Browser, Options, Town};

const SIGN_IN: &str = "#show-passkey button";

#[test]
fn an_officer_adds_a_passkey_signs_in_by_it_and_removes_it() {
    let town = Town::start(300);
    let browser = Browser::start(Options::default());
    browser.add_authenticator();
    browser.sign_in(&town, "reviewer");
    browser.wait_until("return location.pathname === '/review'");
    browser.open(&town.page("/passkeys"));
    assert_eq!(browser.barriers(), Vec::<String>::new());
    browser.write("#add-passkey input[name=name]", "Key on my ring");
    browser.tap("#add-passkey button");
    browser.wait_until("return document.body.textContent.includes('Key on my ring')");
    browser.keep("passkeys");
    assert_eq!(browser.barriers(), Vec::<String>::new());
    // The same device makes no second one.
    browser.write("#add-passkey input[name=name]", "Once more");
    browser.tap("#add-passkey button");
    browser.wait_until("return !document.querySelector('#add-passkey .wrong').hidden");
    assert_eq!(browser.text("#add-passkey .wrong"), "This device already has a passkey for you.");

    browser.sign_out(&town);
    browser.open(&town.page("/sign-in"));
    browser.wait(SIGN_IN);
    browser.keep("sign-in");
    assert_eq!(browser.barriers(), Vec::<String>::new());
    browser.tap(SIGN_IN);
    browser.wait_until("return location.pathname === '/review'");

    browser.open(&town.page("/passkeys"));
    browser.tap("main article button, main section.card form:not([id]) button");
    browser.wait_until("return !document.body.textContent.includes('Key on my ring')");
    browser.sign_out(&town);
    browser.open(&town.page("/sign-in"));
    browser.tap(SIGN_IN);
    browser.wait_until("return document.querySelector('.note.wrong:not([hidden])') !== null");
    assert!(browser.text(".note.wrong:not([hidden])").contains("not known here"));
}
