//! A resident's way: registered, green, near a case, told why in her language, contesting it, and green again.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a journey fails by panicking"
)]

use journeys::{Browser, Options, Town};

const PHONE: (u32, u32) = (360, 740);

fn level(browser: &Browser) -> String {
    browser.run("return document.getElementById('me').dataset.level").as_str().unwrap().to_owned()
}

/// Everything that somebody above green must know stands on the first screen: what, why, until when, sooner, whom to ask, how to
/// contest it.
fn tells_on_its_first_screen(phone: &Browser) {
    phone.keep("me-yellow");
    let status = phone.text(".status");
    for said in ["Yellow", "You live with a person", "Until", "left", "Ends sooner", "12320", "Contest this"]
    {
        assert!(status.contains(said), "{said} is not in:\n{status}");
    }
    let bottom =
        phone.run("return document.querySelector('.status .actions').getBoundingClientRect().bottom");
    assert!(bottom.as_f64().unwrap() <= f64::from(PHONE.1), "the first screen ends before {bottom}");
    phone.keep_whole("me-yellow-whole", PHONE.0, PHONE.1);
}

fn tells_in_chinese(phone: &Browser) {
    phone.tap("a[href='/language/zh']");
    phone.wait_until("return document.documentElement.lang === 'zh-CN'");
    let status = phone.text(".status");
    for said in ["黄码", "您与感染者同住", "提前结束", "对此申诉"] {
        assert!(status.contains(said), "{said} is not in:\n{status}");
    }
    phone.keep("me-yellow-zh");
    phone.tap("a[href='/language/en']");
    phone.wait_until("return document.documentElement.lang === 'en'");
}

/// A page has nothing that keeps somebody from using it, and fits a screen of 320 pixels.
fn is_for_everybody(phone: &Browser, name: &str) {
    assert_eq!(phone.barriers(), Vec::<String>::new(), "{name}");
    phone.resize(320, 640);
    let wide = phone.run("return document.documentElement.scrollWidth");
    assert!(wide.as_u64().unwrap() <= 320, "{name} is {wide} wide on a screen of 320");
    phone.resize(PHONE.0, PHONE.1);
    phone.keep_whole(&format!("{name}-phone"), PHONE.0, PHONE.1);
}

#[test]
fn r1_r3_a_resident_whose_colour_turns_is_told_why_contests_it_with_two_taps_and_is_heard() {
    let town = Town::start(120);
    let home = town.home_of_case();
    let phone = Browser::start(Options { screen: Some(PHONE), ..Options::default() });
    phone.register(&town, "Lin Mei", &home);
    assert_eq!(level(&phone), "green");

    // She says that she feels well: nothing changes.
    phone.tap("#today details summary");
    phone.tap("form input[value=declare] ~ button");
    phone.wait(".note.done");
    assert_eq!(level(&phone), "green");
    phone.open(&town.page("/me"));
    phone.wait_until("return document.querySelector('#code[data-proved]') !== null");
    phone.keep("me-green");

    // Somebody who lives with her is confirmed while her page is open: it turns by itself, and says so.
    let _ = town.confirm_case();
    phone.wait_until("return document.getElementById('me').dataset.level === 'yellow'");
    phone.wait_until("return /has changed.*Yellow/s.test(document.querySelector('#me > .note').textContent)");
    phone.open(&town.page("/me"));
    tells_on_its_first_screen(&phone);
    is_for_everybody(&phone, "me-yellow");
    tells_in_chinese(&phone);

    // Two taps to an appeal.
    phone.tap("a.button[href='#contest']");
    phone.keep("appeal");
    phone.tap("#contest form button");
    phone.wait("#appeals");
    assert!(phone.text(".status").contains("A human decides by"));

    // A reviewer of another body reads it and decides.
    let desk = Browser::start(Options::default());
    desk.sign_in(&town, "reviewer");
    assert!(desk.text("blockquote").contains("Please let a human look at it again."));
    desk.keep("review");
    desk.write("textarea[name=reasons]", "You were away from home on those days.");
    desk.tap("button[name=upheld][value=yes]");
    desk.wait(".note.done");

    // Her page turns green while it is open, with the reasons.
    phone.wait_until("return document.getElementById('me').dataset.level === 'green'");
    phone.open(&town.page("/me"));
    assert!(phone.text("#appeals").contains("You were away from home on those days."));
    for (name, path) in [("home", "/"), ("record", "/me/record"), ("style", "/style"), ("check", "/check")] {
        phone.open(&town.page(path));
        is_for_everybody(&phone, name);
        desk.open(&town.page(path));
        desk.keep(name);
    }
}

#[test]
fn r12_without_a_network_a_phone_shows_its_last_page_and_a_live_pass() {
    let mut town = Town::start(60);
    let phone = Browser::start(Options { screen: Some(PHONE), is_dark: true, ..Options::default() });
    phone.open(&town.page("/sign-in"));
    is_for_everybody(&phone, "sign-in");
    phone.register(&town, "Chen Yu", "");
    phone.wait_until("return document.documentElement.dataset.offline === 'ready'");
    phone.wait_until("return document.querySelector('#code[data-proved]') !== null");
    phone.open(&town.page("/me"));
    phone.wait_until("return document.querySelector('#code[data-proved]') !== null");
    town.stop();
    phone.reload();
    phone.wait_until("return !document.getElementById('offline').hidden");
    let said = phone.text("#offline");
    assert!(said.contains("No network") && said.contains("ago"), "{said}");
    phone.wait_until("return document.querySelector('#code[data-proved]') !== null");
    phone.keep("me-offline");
}
