//! A door's way: a camera reads passes, with and without a network, and the door says what to do with each.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a journey fails by panicking"
)]
#![allow(clippy::disallowed_methods, reason = "a journey happens in real time")]

use std::{
    thread,
    time::{Duration, Instant},
};

use journeys::{Browser, Camera, Options, Town};

/// Somebody registers on their phone, whose page is open and live afterwards.
fn resident(town: &Town) -> Browser {
    let phone = Browser::start(Options { screen: Some((360, 740)), ..Options::default() });
    phone.register(town, "Wu Hao", "");
    phone.wait_until("return document.documentElement.dataset.offline === 'ready'");
    // Loaded once more, now that the phone can keep it.
    phone.open(&town.page("/me"));
    live(&phone);
    phone
}

fn live(phone: &Browser) {
    phone.wait_until("return document.querySelector('#code[data-proved]') !== null");
}

/// Waits until the code on a phone was just drawn, and takes a picture of it.
fn fresh_code(phone: &Browser) -> (Vec<u8>, Instant) {
    live(phone);
    phone.wait_until("return Date.now() - Date.parse(document.getElementById('code').dataset.proved) < 3000");
    let taken = Instant::now();
    (phone.picture("#code"), taken)
}

/// Opens the door's page and starts its camera.
fn open(door: &Browser, town: &Town) {
    door.open(&town.page("/check"));
    door.wait_until("return document.getElementById('door').dataset.ready === 'true'");
    door.wait_until("return document.documentElement.dataset.offline === 'ready'");
    door.tap("#start");
    door.wait_until("return document.getElementById('video').videoWidth > 0");
}

/// Holds a picture in front of the door's camera: the verdict and its reasons.
fn hold_up(door: &Browser, camera: &Camera, picture: &[u8], name: &str) -> (String, String) {
    camera.look_at(picture);
    door.wait_until("return document.getElementById('verdict').open");
    door.keep(name);
    let of = |what: &str| {
        let said = door.run(&format!("return document.getElementById('verdict').dataset.{what}"));
        said.as_str().unwrap().to_owned()
    };
    let said = (of("verdict"), of("why"));
    camera.look_away();
    // Until the camera sees nothing again.
    thread::sleep(Duration::from_secs(2));
    let _ = door.run("document.getElementById('verdict').close()");
    thread::sleep(Duration::from_secs(2));
    said
}

/// A live pass, its screenshot forty seconds later, and one that is over.
fn everybody(door: &Browser, camera: &Camera, phone: &Browser, over: &[u8], when: &str) {
    let (code, taken) = fresh_code(phone);
    let (verdict, why) = hold_up(door, camera, &code, &format!("door-admit-{when}"));
    assert_eq!(verdict, "admit", "{why}");
    assert!(why.contains("live") && why.contains("level_green"), "{why}");
    // The screenshot is of a code that was shown for half a minute, and is held up forty seconds after that.
    thread::sleep(Duration::from_secs(71).saturating_sub(taken.elapsed()));
    let (verdict, why) = hold_up(door, camera, &code, &format!("door-screenshot-{when}"));
    assert_eq!(verdict, "ask_for_help", "{why}");
    assert!(why.contains("proof_stale"), "{why}");
    let (verdict, why) = hold_up(door, camera, over, &format!("door-expired-{when}"));
    assert_eq!(verdict, "ask_for_help", "{why}");
    assert!(why.contains("expired") && !why.contains("unknown_issuer"), "{why}");
}

#[test]
fn r12_r20_a_door_admits_who_is_there_asks_for_help_with_copies_and_does_so_without_a_network() {
    let mut town = Town::start(60);
    let over = town.pass_that_ends_in(2);
    let camera = Camera::default();
    let phone = resident(&town);
    let door =
        Browser::start(Options { screen: Some((768, 1024)), camera: Some(&camera), ..Options::default() });
    open(&door, &town);
    door.keep("door");
    everybody(&door, &camera, &phone, &over, "online");
    let took =
        door.run("return Math.min(...performance.getEntriesByName('verdict').map((of) => of.duration))");
    let took = took.as_f64().unwrap();
    println!("from a frame to its verdict: {took:.0} ms at best");
    assert!(took < 300.0, "a verdict took {took} ms");

    // What the door keeps is what it was handed, and nothing of whom it saw.
    let kept = "return Object.keys(localStorage).length === 0 && performance.getEntriesByType('resource')
        .every((of) => !of.name.includes('HC1') && !of.name.includes('sessions'))";
    door.wait_until(kept);

    town.stop();
    open(&door, &town);
    phone.reload();
    everybody(&door, &camera, &phone, &over, "offline");

    // R13: in an essential place nobody is refused, whatever they show.
    door.tap("#essential");
    let (verdict, why) = hold_up(&door, &camera, &over, "door-essential");
    assert_eq!(verdict, "admit", "{why}");
    assert!(why.contains("essential_place"), "{why}");
}
