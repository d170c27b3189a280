//! How people come in: residents by a code, officers by password and device.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{Browser, PASSWORD, Town, wait_for};

/// Where the venues of the journeys are: latitude and longitude.
const PLACE: (f64, f64) = (30.2741, 120.1551);

/// A place trace that was approved.
#[derive(Debug)]
pub struct Traced {
    /// The person whose case it was ordered for.
    pub person: String,
    /// The case.
    pub case: String,
    /// How many people are asked.
    pub asked: u64,
}

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

    /// Whoever is signed in registers a tea house; gives its code.
    #[must_use]
    pub fn register_tea_house(&self, name: &str) -> String {
        let (latitude, longitude) = PLACE;
        let given =
            json!({ "name": name, "kind": "restaurant", "latitude": latitude, "longitude": longitude });
        self.post("/api/v1/venues", &given)["code"].as_str().unwrap().to_owned()
    }

    /// Two officers of different bodies, one after the other, have everybody asked who was there in the last two hours.
    #[must_use]
    pub fn trace_tea_house(&self, town: &Town) -> Traced {
        let (person, case) = town.confirm_case();
        self.sign_in(town, "investigator");
        let now = jiff::Timestamp::now();
        let near = json!({
            "latitude": PLACE.0, "longitude": PLACE.1, "radius_metres": 100.0,
            "from": now - Duration::from_secs(7_200), "to": now - Duration::from_secs(1),
        });
        let order = json!({ "near": near, "area": "hangzhou/shangcheng", "purpose": "She had tea there." });
        let ordered = self.post(&format!("/api/v1/people/{person}/cases/{case}/place-traces"), &order);
        self.sign_out(town);
        self.sign_in(town, "reviewer");
        let trace = ordered["trace"].as_str().unwrap();
        let approved = self.post(&format!("/api/v1/place-traces/{trace}/approval"), &json!({}));
        self.sign_out(town);
        Traced { person, case, asked: approved["asked"].as_u64().unwrap() }
    }

    /// The page asks the API as its reader; gives what it answers, which must be good.
    ///
    /// # Panics
    /// The answer is no good one.
    #[must_use]
    pub fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.run_later(&format!(
            "fetch('{path}', {{ method: 'POST', headers: {{ 'content-type': 'application/json', purpose: 'a journey' }},
             body: JSON.stringify({body}) }}).then(async (answer) => done([answer.ok, await answer.json()]))"
        ));
        assert_eq!(answer[0], true, "{path}: {answer}");
        answer[1].clone()
    }
}
