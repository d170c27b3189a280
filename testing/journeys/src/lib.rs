//! What the journeys are made with: a [`Town`] that runs, a [`Browser`] that somebody uses, a [`Camera`] that is shown pictures, and a
//! [`Reader`] who looks at pages in every way.
//!
//! The browser is driven by the WebDriver protocol (W3C), of which a journey needs a dozen requests; the crates that speak all of it
//! bring a licence that this project does not take, or an HTTP client as large as the server.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a journey fails by panicking"
)]
#![allow(clippy::disallowed_methods, reason = "a journey happens in real time")]

mod browser;
mod camera;
mod http;
mod people;
mod reader;
mod town;

pub use browser::{Browser, ENTER, Options, TABULATOR};
pub use camera::Camera;
pub use people::Traced;
pub use reader::Reader;
pub use town::{PASSWORD, Town};

use std::{
    process::Child,
    thread,
    time::{Duration, Instant},
};

/// A process that is ended, whatever becomes of the journey.
#[derive(Debug)]
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Where it ended already there is nothing to end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port that nobody listens on now.
fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// Looks again and again until something is there.
///
/// # Panics
/// It does not come within the time.
pub fn wait_for<T>(what: &str, within: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < within, "waited {within:?} in vain for {what}");
        thread::sleep(Duration::from_millis(150));
    }
}
