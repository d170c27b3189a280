//! How people come in: residents by a code, officers by password and device.

use std::time::Duration;

use crate::{Browser, PASSWORD, Town, wait_for};

impl Browser {
    /// Somebody registers with a contact made of their name, by the code that is sent to it, and sees their page.
    pub fn register(&self, town: &Town, name: &str, household: &str) {
        self.come_in(town, name, household);
        self.wait("#me");
    }

    /// The same, wherever it leads.
    pub fn come_in(&self, town: &Town, name: &str, household: &str) {
        let contact = format!("{}@phone.example", name.to_lowercase().replace(' ', "."));
        self.open(&town.page("/sign-in"));
        self.write("input[name=contact]", &contact);
        self.tap("form[action='/sign-in/code'] button");
        self.wait("form[action='/sign-in/resident'] input[name=code]");
        self.write("input[name=code]", &town.code_sent_to(&contact));
        self.tap("form[action='/sign-in/resident'] button");
        self.write("input[name=name]", name);
        if !household.is_empty() {
            self.write("input[name=household]", household);
        }
        self.tap("form[action='/register'] button");
    }

    /// An officer signs in by password and the code of their device.
    pub fn sign_in(&self, town: &Town, officer: &str) {
        // A code counts once: whoever signed in by this one before waits for the next.
        wait_for("signing in", Duration::from_secs(90), || {
            self.open(&town.page("/sign-in"));
            self.write("input[name=name]", officer);
            self.write("input[name=password]", PASSWORD);
            self.write("form[action='/sign-in/officer'] input[name=code]", &town.code_of_device(officer));
            self.tap("form[action='/sign-in/officer'] button");
            self.wait_until("return location.pathname !== '/sign-in'");
            (self.path() != "/sign-in/officer").then_some(())
        });
    }

    /// Whoever is signed in is so no longer.
    pub fn sign_out(&self, town: &Town) {
        self.open(&town.page("/"));
        self.wait("form[action='/sign-out']");
        let _ = self.run("document.querySelector(\"form[action='/sign-out']\").submit()");
        self.wait_until("return document.querySelector(\"form[action='/sign-out']\") === null");
    }

    /// The page asks the API as its reader; gives what it answers, which must be good.
    ///
    /// # Panics
    /// The answer is no good one.
    #[must_use]
    pub fn post(&self, path: &str, body: &serde_json::Value) -> serde_json::Value {
        let answer = self.run_later(&format!(
            "fetch('{path}', {{ method: 'POST', headers: {{ 'content-type': 'application/json', purpose: 'a journey' }},
             body: JSON.stringify({body}) }}).then(async (answer) => done([answer.ok, await answer.json()]))"
        ));
        assert_eq!(answer[0], true, "{path}: {answer}");
        answer[1].clone()
    }
}
