//! Somebody who looks at pages in every way: both languages, phone and desk, light and dark, narrow and enlarged, without movement, by
//! keyboard alone.

use std::collections::BTreeSet;

use crate::{Browser, Town};

/// Width and height of the screens.
const PHONE: (u32, u32) = (360, 740);
const DESK: (u32, u32) = (1280, 900);
/// The narrowest screen, and a desk's screen of 1,280 pixels at 200%.
const NARROW: [u32; 2] = [320, 640];
const LANGUAGES: [&str; 2] = ["en", "zh"];

/// Whoever looks at pages, and what they found. Where `CLEANBILL_SCREENS` names a folder, the pictures of the documentation are made on
/// the way.
#[derive(Debug)]
pub struct Reader {
    /// Their browser.
    pub browser: Browser,
    /// The town whose pages they look at.
    pub town: Town,
    found: Vec<String>,
    looked: usize,
}

impl Reader {
    /// A reader of a town of so many people.
    #[must_use]
    pub fn of_town(people: u32) -> Self {
        let (town, browser) = (Town::start(people), Browser::start(crate::Options::default()));
        Reader { browser, town, found: Vec::new(), looked: 0 }
    }

    /// Looks at a page in every way.
    pub fn look(&mut self, name: &str, path: &str) {
        self.look_at(name, |browser, town| browser.open(&town.page(path)));
    }

    /// The same for what a page becomes when somebody does something there.
    pub fn look_at(&mut self, name: &str, go: impl Fn(&Browser, &Town)) {
        let browser = &self.browser;
        for language in LANGUAGES {
            browser.screen(PHONE.0, PHONE.1);
            browser.open(&self.town.page(&format!("/language/{language}")));
            go(browser, &self.town);
            let place = format!("{name} in {language}");
            let spoken = browser.run("return document.documentElement.lang").as_str().unwrap().to_owned();
            assert!(spoken.starts_with(language), "{place} speaks {spoken}");
            browser.dark(false);
            browser.document(&format!("{name}-{language}-phone"));
            let light = browser.barriers();
            self.found.extend(light.iter().map(|of| format!("{place}, light: {of}")));
            let moves = browser.run("return document.getAnimations().length");
            if moves != 0 {
                self.found.push(format!("{place}: {moves} parts move for somebody who wants nothing to"));
            }
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
    pub fn look_without_red_and_green(&self, name: &str, go: impl Fn(&Browser, &Town)) {
        self.browser.screen(PHONE.0, PHONE.1);
        go(&self.browser, &self.town);
        self.browser.see_as("deuteranopia");
        self.browser.document(&format!("{name}-deuteranopia"));
        self.browser.see_as("none");
    }

    /// Everything that can be done on a page is reached by the tabulator, and seen there.
    pub fn reach_by_keyboard(&mut self, path: &str) {
        self.browser.screen(PHONE.0, PHONE.1);
        self.browser.open(&self.town.page(path));
        // Numbered, so that each is known again; of a group of radio buttons one is reached.
        let count = "let number = 0; for (const of of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex=\"0\"]')) {
                if (of.checkVisibility({ visibilityProperty: true }) && !of.disabled && of.tabIndex >= 0 && !(of.type === 'radio' && !of.checked)) of.dataset.number = number++;
            } return number";
        let count = self.browser.run(count).as_u64().unwrap();
        let mut reached = BTreeSet::new();
        for _ in 0..count + 20 {
            self.browser.press(crate::TABULATOR);
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

    /// Nothing was found that keeps anybody from using these pages.
    pub fn done(self) {
        assert_eq!(self.found, Vec::<String>::new());
        println!("{} pages looked at", self.looked);
    }
}
