//! What people feel and say: symptoms of the disease and of everything else, and temperatures.

use evidence::{Symptom, Symptoms, Temperature};
use rand_distr::Normal;

use crate::{draw::Draws, error::SynthError};

/// Daily chance that an illness with mild symptoms, not the disease, begins: 3.4% of people without the disease have a
/// symptom at a time (Vihta K-D et al., Clin Infect Dis 2022;75:e329-e337, doi:10.1093/cid/ciab945), and an illness is
/// taken to last five days.
pub(crate) const BACKGROUND_A_DAY: f64 = 0.034 / 5.0;

/// How often each symptom is among those of other illnesses. Stylised after `crates/rating/data/background_symptoms.toml`,
/// whose rows measure different things: the order of size is kept, not the figures.
const BACKGROUND: [(Symptom, f64); 13] = [
    (Symptom::RunnyNose, 0.34),
    (Symptom::StuffyNose, 0.34),
    (Symptom::Fatigue, 0.30),
    (Symptom::Cough, 0.25),
    (Symptom::Headache, 0.20),
    (Symptom::SoreThroat, 0.20),
    (Symptom::MusclePain, 0.06),
    (Symptom::Diarrhoea, 0.05),
    (Symptom::Rash, 0.04),
    (Symptom::ShortnessOfBreath, 0.03),
    (Symptom::Nausea, 0.03),
    (Symptom::Fever, 0.05),
    (Symptom::LossOfSmell, 0.01),
];

/// How often people who fall ill with the disease have each symptom. Stylised, so that no symptom tells by itself.
const DISEASE: [(Symptom, f64); 12] = [
    (Symptom::Cough, 0.5),
    (Symptom::Fatigue, 0.5),
    (Symptom::Headache, 0.4),
    (Symptom::Fever, 0.4),
    (Symptom::MusclePain, 0.3),
    (Symptom::LossOfSmell, 0.25),
    (Symptom::SoreThroat, 0.25),
    (Symptom::RunnyNose, 0.25),
    (Symptom::StuffyNose, 0.2),
    (Symptom::LossOfTaste, 0.2),
    (Symptom::Chills, 0.15),
    (Symptom::ShortnessOfBreath, 0.1),
];

/// Symptoms of an illness that is not the disease; at least one.
pub(crate) fn background_symptoms(draws: &mut Draws) -> Symptoms {
    symptoms(&BACKGROUND, draws)
}

/// Symptoms of the disease; at least one.
pub(crate) fn disease_symptoms(draws: &mut Draws) -> Symptoms {
    symptoms(&DISEASE, draws)
}

fn symptoms(chances: &[(Symptom, f64)], draws: &mut Draws) -> Symptoms {
    let found: Symptoms =
        chances.iter().filter(|(_, chance)| draws.happens(*chance)).map(|(s, _)| *s).collect();
    match chances.first() {
        Some((most_common, _)) if found.is_empty() => found.with(*most_common),
        _ => found,
    }
}

/// Body temperatures as people measure them.
#[derive(Debug, Clone)]
pub(crate) struct Temperatures {
    healthy: Normal<f64>,
    fever: Normal<f64>,
}

impl Temperatures {
    /// Healthy people: mean 36.6 °C (Obermeyer Z, Samra JK, Mullainathan S, BMJ 2017;359:j5468, doi:10.1136/bmj.j5468),
    /// spread 0.25 °C, less than found there so that few healthy people seem to have a fever. A fever: 38.3 ± 0.5 °C, an assumption.
    pub(crate) fn new() -> Result<Self, SynthError> {
        let normal =
            |mean, deviation| Normal::new(mean, deviation).map_err(SynthError::invalid("temperature"));
        Ok(Temperatures { healthy: normal(36.6, 0.25)?, fever: normal(38.3, 0.5)? })
    }

    /// A measured temperature, to a tenth of a degree, between 35 and 42 °C.
    pub(crate) fn draw(&self, symptoms: Symptoms, draws: &mut Draws) -> Result<Temperature, SynthError> {
        let of = if symptoms.contains(Symptom::Fever) { &self.fever } else { &self.healthy };
        let celsius = draws.from(of).clamp(35.0, 42.0);
        Ok(Temperature::from_celsius((celsius * 10.0).round() / 10.0)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Purpose;

    #[test]
    fn an_illness_has_a_symptom_and_the_disease_more_of_them() {
        let mut draws = Draws::new(1, Purpose::Background, 0, 0);
        let mean = |of: fn(&mut Draws) -> Symptoms, draws: &mut Draws| {
            (0..10_000).map(|_| of(draws).len()).inspect(|n| assert!(*n > 0)).sum::<u32>() as f64 / 1e4
        };
        let other = mean(background_symptoms, &mut draws);
        let disease = mean(disease_symptoms, &mut draws);
        assert!(other > 1.5 && disease > other + 1.0, "{other} {disease}");
    }

    #[test]
    fn hardly_anybody_healthy_seems_to_have_a_fever() {
        let temperatures = Temperatures::new().unwrap();
        let mut draws = Draws::new(1, Purpose::Checks, 0, 0);
        let feverish = (0..10_000)
            .filter(|_| temperatures.draw(Symptoms::NONE, &mut draws).unwrap() > Temperature::FEVER_ABOVE)
            .count();
        assert!(feverish < 60, "{feverish}");
    }
}
