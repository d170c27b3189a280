//! How many contacts there are, by setting.

use std::collections::BTreeMap;

use contacts::Contact;
use evidence::{PersonId, Setting};
use hashbrown::HashMap;
use serde::Serialize;

use super::{asked::AskedReport, explained::Explained};
use crate::terminal;

/// Counts contacts as they come.
#[derive(Default)]
pub(crate) struct Summary {
    pub(crate) exposures: u64,
    cases: u64,
    by_setting: BTreeMap<Setting, u64>,
    /// The settings in which each person was near a case, a bit for each.
    people: HashMap<PersonId, u16>,
}

#[derive(Serialize)]
pub(crate) struct Report {
    exposures: u64,
    people: usize,
    cases: u64,
    settings: Vec<SettingCount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    asked: Option<AskedReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explained: Option<Explained>,
}

#[derive(Serialize)]
struct SettingCount {
    setting: Setting,
    exposures: u64,
    people: u64,
}

impl Summary {
    /// Takes the contacts of a case.
    pub(crate) fn take(&mut self, contacts: &[Contact]) {
        self.exposures += contacts.len() as u64;
        self.cases += u64::from(!contacts.is_empty());
        for Contact { person, exposure, .. } in contacts {
            *self.by_setting.entry(exposure.setting).or_default() += 1;
            *self.people.entry_ref(person).or_insert(0) |= 1 << exposure.setting as u16;
        }
    }

    fn settings(&self) -> impl Iterator<Item = SettingCount> {
        self.by_setting.iter().map(|(setting, exposures)| {
            let people = self.people.values().filter(|settings| **settings & (1 << *setting as u16) != 0);
            SettingCount { setting: *setting, exposures: *exposures, people: people.count() as u64 }
        })
    }

    /// For machines.
    pub(crate) fn report(&self, asked: Option<AskedReport>, explained: Option<Explained>) -> Report {
        Report {
            exposures: self.exposures,
            people: self.people.len(),
            cases: self.cases,
            settings: self.settings().collect(),
            asked,
            explained,
        }
    }

    /// For people.
    pub(crate) fn print(&self) {
        let rows = self.settings().map(|count| {
            vec![count.setting.to_string(), terminal::count(count.exposures), terminal::count(count.people)]
        });
        anstream::println!("{}", terminal::table(&["setting", "exposures", "people"], &[1, 2], rows));
        anstream::println!(
            "\npeople near a case: {}; cases with contacts: {}",
            terminal::count(self.people.len() as u64),
            terminal::count(self.cases)
        );
    }
}
