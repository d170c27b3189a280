//! Every page, in both languages, on a phone and on a desk, light and dark: nothing keeps anybody from using it, nothing stands outside
//! a narrow or enlarged screen, and nothing comes from anywhere else. Where `CLEANBILL_SCREENS` names a folder, the pictures of the
//! documentation are made on the way.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a journey fails by panicking"
)]

use std::collections::BTreeSet;

use journeys::{Browser, Options, Town};
use serde_json::json;

/// Width and height of the screens.
const PHONE: (u32, u32) = (360, 740);
const DESK: (u32, u32) = (1280, 900);
/// The narrowest screen, and a desk's screen of 1,280 pixels at 200%.
const NARROW: [u32; 2] = [320, 640];
const LANGUAGES: [&str; 2] = ["en", "zh"];

/// Whoever looks at pages, and what they found.
struct Reader {
    browser: Browser,
    town: Town,
    found: Vec<String>,
    looked: usize,
}

impl Reader {
    /// Looks at a page in every way.
    fn look(&mut self, name: &str, path: &str) {
        let browser = &self.browser;
        for language in LANGUAGES {
            browser.screen(PHONE.0, PHONE.1);
            browser.open(&self.town.page(&format!("/language/{language}")));
            browser.open(&self.town.page(path));
            let place = format!("{name} in {language}");
            let spoken = browser.run("return document.documentElement.lang").as_str().unwrap().to_owned();
            assert!(spoken.starts_with(language), "{place} speaks {spoken}");
            browser.dark(false);
            browser.document(&format!("{name}-{language}-phone"));
            let light = browser.barriers();
            self.found.extend(light.iter().map(|of| format!("{place}, light: {of}")));
            for width in NARROW {
                browser.screen(width, 740);
                let wide = browser.run("return document.documentElement.scrollWidth").as_u64().unwrap();
                if wide > u64::from(width) {
                    self.found.push(format!("{place}: {wide} wide on a screen of {width}"));
                }
            }
            browser.screen(DESK.0, DESK.1);
            browser.document(&format!("{name}-{language}-desk"));
            browser.dark(true);
            let dark = browser.barriers();
            self.found.extend(dark.iter().map(|of| format!("{place}, dark: {of}")));
            browser.dark(false);
            let elsewhere = "return performance.getEntriesByType('resource').map((of) => of.name)
                .filter((of) => new URL(of).origin !== location.origin)";
            let elsewhere = browser.run(elsewhere);
            self.found.extend(elsewhere.as_array().unwrap().iter().map(|of| format!("{place} loads {of}")));
            self.looked += 1;
        }
        browser.open(&self.town.page("/language/en"));
    }

    /// What somebody sees who does not tell red from green.
    fn look_without_red_and_green(&self, name: &str, path: &str) {
        self.browser.screen(PHONE.0, PHONE.1);
        self.browser.open(&self.town.page(path));
        self.browser.see_as("deuteranopia");
        self.browser.document(&format!("{name}-deuteranopia"));
        self.browser.see_as("none");
    }

    /// Everything that can be done on a page is reached by the tabulator, and seen there.
    fn reach_by_keyboard(&mut self, path: &str) {
        self.browser.screen(PHONE.0, PHONE.1);
        self.browser.open(&self.town.page(path));
        // Numbered, so that each is known again; of a group of radio buttons one is reached.
        let count = "let number = 0; for (const of of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex=\"0\"]')) {
                if (of.checkVisibility({ visibilityProperty: true }) && !of.disabled && of.tabIndex >= 0 && !(of.type === 'radio' && !of.checked)) of.dataset.number = number++;
            } return number";
        let count = self.browser.run(count).as_u64().unwrap();
        let mut reached = BTreeSet::new();
        for _ in 0..count + 20 {
            self.browser.press_tab();
            let at = self.browser.run(
                "const of = document.activeElement, style = getComputedStyle(of);
                 const seen = of.matches(':focus-visible') && (style.outlineStyle !== 'none' || style.boxShadow !== 'none');
                 return [of.dataset.number ?? null, seen, of.outerHTML.slice(0, 120)]",
            );
            let Some(number) = at[0].as_str() else { continue };
            if reached.insert(number.to_owned()) && at[1] != true {
                self.found.push(format!("{path}: it is not seen that this has the focus: {}", at[2]));
            }
        }
        if reached.len() as u64 != count {
            let missing = (0..count).filter(|of| !reached.contains(&of.to_string()));
            for number in missing {
                let what = format!(
                    "return document.querySelector('[data-number=\"{number}\"]').outerHTML.slice(0, 160)"
                );
                self.found.push(format!("{path}: no key leads to {}", self.browser.run(&what)));
            }
        }
    }

    fn done(self) {
        assert_eq!(self.found, Vec::<String>::new());
        println!("{} pages looked at", self.looked);
    }
}

fn reader(people: u32) -> Reader {
    let (town, browser) = (Town::start(people), Browser::start(Options::default()));
    Reader { browser, town, found: Vec::new(), looked: 0 }
}

#[test]
fn pages_for_everybody_and_for_residents() {
    let mut reader = reader(120);
    for (name, path) in [
        ("home", "/"),
        ("declare", "/declare"),
        ("figures", "/figures"),
        ("sign-in", "/sign-in"),
        ("check", "/check"),
        ("style", "/style"),
        ("notices", "/demo/notices"),
        ("nowhere", "/nowhere"),
    ] {
        reader.look(name, path);
    }
    for path in ["/sign-in", "/declare", "/check"] {
        reader.reach_by_keyboard(path);
    }
    let home = reader.town.home_of_case();
    reader.browser.register(&reader.town, "Lin Mei", &home);
    for (name, path) in [
        ("me-green", "/me"),
        ("record-empty", "/me/record"),
        ("told", "/me/told"),
        ("passkeys", "/passkeys"),
        ("share-empty", "/share"),
        ("travel", "/travel"),
        ("venue-new", "/venue/new"),
    ] {
        reader.look(name, path);
    }
    reader.look_without_red_and_green("me-green", "/me");
    let _ = reader.browser.post("/api/v1/people/me/shares", &json!({ "with": "My employer", "hours": 8 }));
    reader.town.confirm_case();
    reader.look("me-yellow", "/me");
    reader.look("share", "/share");
    reader.look("record", "/me/record");
    reader.look_without_red_and_green("me-yellow", "/me");
    reader.reach_by_keyboard("/me");
    reader.done();
}

#[test]
fn pages_for_those_who_are_restricted_and_those_who_work() {
    let mut reader = reader(120);
    reader.browser.register(&reader.town, "Chen Yu", "");
    let _ = reader.browser.post("/api/v1/people/me/specimens", &json!({ "test": "t-1" }));
    let own = reader.browser.get("/api/v1/people/me/export");
    let person = own["resident"]["person"].as_str().unwrap().to_owned();
    let sampled = own["specimens"][0]["at"].clone();
    reader.browser.sign_out(&reader.town);
    reader.browser.sign_in(&reader.town, "laboratory");
    reader.look("laboratory", "/laboratory");
    let test = json!({ "test": "t-1", "sampled": sampled, "method": "pcr", "result": "positive" });
    let _ = reader.browser.post(&format!("/api/v1/people/{person}/tests"), &test);
    reader.browser.sign_out(&reader.town);
    for (officer, pages) in [
        ("desk", vec![("desk", "/desk")]),
        ("field", vec![("field", "/field")]),
        (
            "investigator",
            vec![("cases", "/cases"), ("place-traces", "/place-traces"), ("line-lists", "/line-lists")],
        ),
        ("reviewer", vec![("review", "/review")]),
        ("policy", vec![("policy", "/policy")]),
        ("oversight", vec![("oversight", "/oversight"), ("watch", "/oversight/watch")]),
    ] {
        reader.browser.sign_in(&reader.town, officer);
        for (name, path) in pages {
            reader.look(name, path);
        }
        reader.browser.sign_out(&reader.town);
    }
    reader.browser.open(&reader.town.page("/sign-in"));
    reader.browser.write("input[name=contact]", "chen.yu@phone.example");
    reader.browser.tap("form[action='/sign-in/code'] button");
    reader.browser.wait("form[action='/sign-in/resident'] input[name=code]");
    reader.browser.write("input[name=code]", &reader.town.code_sent_to("chen.yu@phone.example"));
    reader.browser.tap("form[action='/sign-in/resident'] button");
    reader.browser.wait("#me[data-level=red]");
    reader.look("me-red", "/me");
    reader.look_without_red_and_green("me-red", "/me");
    reader.done();
}
