//! What a page may cost on a cheap phone.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a journey fails by panicking"
)]

use journeys::{Browser, Options, Town};

/// Most bytes of the first load of `/me`, with headers and without the module that reads codes.
const FIRST_LOAD_MAX: u64 = 150_000;
/// How long it may take until the page and its scripts are there, in milliseconds, on a machine that is four times slower.
const INTERACTIVE_MAX: u64 = 1_000;
/// Loads, of which the best counts: the others say how busy the machine was.
const LOADS: usize = 5;

#[test]
fn the_first_load_of_ones_own_page_is_small_and_soon_there() {
    let town = Town::start(60);
    let phone = || Browser::start(Options { screen: Some((360, 740)), ..Options::default() });
    let session = {
        let first = phone();
        first.register(&town, "Lin Mei", "");
        first.session()
    };
    let (mut sizes, mut times) = (Vec::new(), Vec::new());
    for _ in 0..LOADS {
        // A browser of its own each time, which has nothing of the pages yet.
        let fresh = phone();
        fresh.open(&town.page("/healthz"));
        fresh.take_session(&session);
        fresh.slow_down(4);
        fresh.open(&town.page("/me"));
        fresh.wait_until("return performance.getEntriesByType('navigation')[0].loadEventEnd > 0");
        let measured = fresh.run(
            "const loads = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
             const counted = loads.filter((of) => !new URL(of.name).pathname.startsWith('/device/'));
             return [counted.reduce((sum, of) => sum + of.transferSize, 0), Math.round(loads[0].loadEventEnd), counted.length]",
        );
        assert!(measured[2].as_u64().unwrap() >= 5, "a page with its sheet and scripts: {measured}");
        sizes.push(measured[0].as_u64().unwrap());
        times.push(measured[1].as_u64().unwrap());
    }
    println!("/me: {sizes:?} bytes; there after {times:?} ms at a quarter of the speed");
    assert!(sizes.iter().all(|size| *size < FIRST_LOAD_MAX), "{sizes:?}");
    assert!(times.iter().min().unwrap() < &INTERACTIVE_MAX, "{times:?}");
}
