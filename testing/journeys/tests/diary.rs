//! The way of somebody without an account: their phone alone knows where they were, and learns from what was published.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a journey fails by panicking"
)]

use std::time::Duration;

use journeys::{Browser, Options, Town, wait_for};
use serde_json::json;

/// What is noted happened an hour earlier.
fn an_hour_passes(phone: &Browser) {
    let done = phone.run_later(
        "const request = indexedDB.open('cleanbill');
         request.onsuccess = () => {
             const visits = request.result.transaction('visits', 'readwrite').objectStore('visits');
             visits.getAll().onsuccess = ({ target }) => {
                 for (const of of target.result) {
                     const entered = new Date(Date.parse(of.entered) - 3_600_000).toISOString();
                     visits.put({ ...of, entered });
                 }
                 visits.transaction.oncomplete = () => { request.result.close(); done(target.result.length); };
             };
         };",
    );
    assert_eq!(done, 1);
}

#[test]
fn somebody_without_an_account_learns_from_a_notice_what_nobody_else_knows() {
    let mut town = Town::start(60);
    let phone = Browser::start(Options { screen: Some((360, 740)), ..Options::default() });
    phone.register(&town, "Owner", "");
    let code = phone.register_tea_house("Tea house");
    phone.sign_out(&town);

    // At the door: noted on the phone, with a tap and without an account.
    phone.open(&town.page(&format!("/venue/{code}")));
    phone.wait_until("return !document.getElementById('on-phone').hidden");
    phone.keep("venue-nobody");
    phone.tap("#take");
    phone.wait_until("return !document.getElementById('left').hidden");
    phone.open(&town.page("/diary"));
    phone.wait_until("return document.getElementById('diary').dataset.compared === 'diary-nothing'");
    assert!(phone.text("#visits").contains("Tea house"));
    an_hour_passes(&phone);

    let _ = Browser::start(Options::default()).trace_tea_house(&town);
    wait_for("the notice", Duration::from_secs(120), || {
        phone.open(&town.page("/diary"));
        phone.wait_until("return document.getElementById('diary').dataset.compared !== undefined");
        let compared = phone.run("return document.getElementById('diary').dataset.compared");
        (compared == "diary-met").then_some(())
    });
    let met = phone.text("#met");
    assert!(met.contains("Tea house") && met.contains("minutes together"), "{met}");
    phone.keep_whole("diary-met", 360, 740);
    assert_eq!(phone.barriers(), Vec::<String>::new());
    // What the phone asked for tells nobody where it was.
    let asked = phone.run(
        "return performance.getEntriesByType('resource').map((of) => new URL(of.name).pathname)
             .filter((of) => of.startsWith('/api/'))",
    );
    assert_eq!(asked, json!(["/api/v1/exposure-notices", "/api/v1/disease-profile"]));

    // Whoever signs in goes on at the door where they were, and what they check in stands in the diary too.
    phone.come_in(&town, "Bo Li", "");
    phone.wait_until(&format!("return location.pathname === '/venue/{code}'"));
    phone.tap("main form button");
    phone.wait(".note.done");
    phone.open(&town.page("/diary"));
    phone.wait_until("return document.querySelectorAll('#visits li').length === 2");
    // Their own page points to it, and the colour stays as it is.
    phone.open(&town.page("/me"));
    phone.wait_until("return !document.getElementById('met').hidden");
    assert_eq!(phone.run("return document.getElementById('me').dataset.level"), "green");

    // A code is noted where there is no network, and looked up when there is one.
    phone.open(&town.page("/diary"));
    phone.wait_until("return document.documentElement.dataset.offline === 'ready'");
    town.stop();
    phone.open(&town.page("/venue/0123456789ABCDEF"));
    phone.wait_until("return !document.getElementById('offer').hidden");
    phone.keep("diary-offline");
    phone.tap("#take");
    phone.wait_until("return document.querySelectorAll('#visits li').length === 3");
    assert!(phone.text("#visits").contains("0123456789ABCDEF"));
    phone.tap("#forget-all");
    phone.wait_until("return document.querySelectorAll('#visits li').length === 0");
}
