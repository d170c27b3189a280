//! Why one person is a contact. The case is not named: the contact is never told.

use contacts::{Contact, Encounter, IndexError, Profile, Tracing, Where, take_together};
use evidence::Setting;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::{instant, terminal};

/// One person's exposures.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct Explained(Vec<Exposure>);

#[derive(Serialize)]
struct Exposure {
    setting: Setting,
    first: String,
    last: String,
    minutes: u32,
    probability: f64,
    cases_together: u32,
    probability_together: f64,
    /// The visits or trips that make it.
    encounters: Vec<Shown>,
}

#[derive(Serialize)]
struct Shown {
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    from: String,
    to: String,
    /// A departure was not recorded, and the usual stay was assumed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    usual_stay_assumed: bool,
}

impl Explained {
    /// Explains all of a person's exposures.
    pub(crate) fn of(
        profile: &Profile,
        tracing: &Tracing<'_>,
        mut contacts: Vec<Contact>,
        zone: &TimeZone,
    ) -> Result<Self, IndexError> {
        take_together(profile, &mut contacts);
        let explain = |contact: &Contact| {
            let exposure = &contact.exposure;
            let encounters = tracing.encounters(contact)?;
            Ok(Exposure {
                setting: exposure.setting,
                first: instant::print(exposure.first, zone),
                last: instant::print(exposure.last, zone),
                minutes: exposure.minutes.0,
                probability: exposure.probability.share(),
                cases_together: exposure.together.cases,
                probability_together: exposure.together.probability.share(),
                encounters: encounters.iter().map(|encounter| shown(encounter, zone)).collect(),
            })
        };
        contacts.iter().map(explain).collect::<Result<_, _>>().map(Explained)
    }

    /// For people.
    pub(crate) fn print(&self) {
        if self.0.is_empty() {
            anstream::println!("\nno exposure is known");
            return;
        }
        let percent = |share: f64| format!("{:.1}%", share * 100.0);
        let rows = self.0.iter().map(|one| {
            vec![
                one.setting.to_string(),
                one.first.clone(),
                one.last.clone(),
                one.minutes.to_string(),
                percent(one.probability),
                one.cases_together.to_string(),
                percent(one.probability_together),
            ]
        });
        let columns = [
            "setting",
            "first",
            "last",
            "minutes",
            "infected of such",
            "cases together",
            "infected together",
        ];
        anstream::println!("\n{}", terminal::table(&columns, &[3, 4, 5, 6], rows));
        let shown = self.0.iter().flat_map(|one| one.encounters.iter().map(move |shown| (one, shown)));
        let rows = shown.map(|(one, shown)| {
            let assumed = if shown.usual_stay_assumed { "usual stay assumed" } else { "" };
            let place = shown.place.clone().unwrap_or_else(|| "–".to_owned());
            vec![one.setting.to_string(), place, shown.from.clone(), shown.to.clone(), assumed.to_owned()]
        });
        anstream::println!("\n{}", terminal::table(&["made by", "place", "from", "to", ""], &[], rows));
    }
}

fn shown(encounter: &Encounter, zone: &TimeZone) -> Shown {
    Shown {
        place: encounter.place.as_ref().map(|place| match place {
            Where::Venue(venue) => venue.to_string(),
            Where::Vehicle(vehicle) => vehicle.to_string(),
        }),
        from: instant::print(encounter.from, zone),
        to: instant::print(encounter.to, zone),
        usual_stay_assumed: encounter.assumed,
    }
}
