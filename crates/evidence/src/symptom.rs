//! Symptoms, as people tick them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{UnknownWord, vocabulary::vocabulary};

vocabulary! {
    /// A symptom, by a slug that maps to a SNOMED CT finding.
    Symptom, "symptom" {
        /// Fever (SNOMED CT 386661006).
        Fever = "fever",
        /// Cough (49727002).
        Cough = "cough",
        /// Sore throat (162397003).
        SoreThroat = "sore_throat",
        /// Runny nose (64531003).
        RunnyNose = "runny_nose",
        /// Stuffy nose (68235000).
        StuffyNose = "stuffy_nose",
        /// Fatigue (84229001).
        Fatigue = "fatigue",
        /// Headache (25064002).
        Headache = "headache",
        /// Muscle pain (68962001).
        MusclePain = "muscle_pain",
        /// Shortness of breath (267036007).
        ShortnessOfBreath = "shortness_of_breath",
        /// Diarrhoea (62315008).
        Diarrhoea = "diarrhoea",
        /// Nausea (422587007).
        Nausea = "nausea",
        /// Loss of sense of smell (44169009).
        LossOfSmell = "loss_of_smell",
        /// Loss of sense of taste (36955009).
        LossOfTaste = "loss_of_taste",
        /// Rash (271807003).
        Rash = "rash",
        /// Chills (43724002).
        Chills = "chills",
    }
}

/// A set of symptoms. Iterates and prints in the vocabulary's order, so that equal sets print alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(into = "Vec<Symptom>", from = "Vec<Symptom>")]
pub struct Symptoms(u16);

impl Symptoms {
    /// No symptom.
    pub const NONE: Symptoms = Symptoms(0);

    /// Whether no symptom was ticked.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many symptoms are in the set, 0 to 15.
    #[must_use]
    pub fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether a symptom is in the set.
    #[must_use]
    pub fn contains(self, symptom: Symptom) -> bool {
        self.0 & (1 << symptom as u16) != 0
    }

    /// The set with one symptom more.
    #[must_use]
    pub fn with(self, symptom: Symptom) -> Self {
        Symptoms(self.0 | (1 << symptom as u16))
    }

    /// The symptoms in both sets.
    #[must_use]
    pub fn intersection(self, other: Symptoms) -> Self {
        Symptoms(self.0 & other.0)
    }

    /// The symptoms in order.
    pub fn iter(self) -> impl Iterator<Item = Symptom> {
        Symptom::ALL.iter().copied().filter(move |s| self.contains(*s))
    }
}

impl FromIterator<Symptom> for Symptoms {
    fn from_iter<I: IntoIterator<Item = Symptom>>(symptoms: I) -> Self {
        symptoms.into_iter().fold(Symptoms::NONE, Symptoms::with)
    }
}

impl From<Vec<Symptom>> for Symptoms {
    fn from(symptoms: Vec<Symptom>) -> Self {
        symptoms.into_iter().collect()
    }
}

impl From<Symptoms> for Vec<Symptom> {
    fn from(symptoms: Symptoms) -> Self {
        symptoms.iter().collect()
    }
}

impl fmt::Display for Symptoms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.iter().map(Symptom::word).collect();
        f.pad(&words.join(";"))
    }
}

impl FromStr for Symptoms {
    type Err = UnknownWord;

    /// Reads codes separated by `;`. An empty text is no symptom; an unknown code is an error.
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        if text.trim().is_empty() {
            return Ok(Symptoms::NONE);
        }
        text.split(';').map(|code| code.trim().parse::<Symptom>()).collect()
    }
}
