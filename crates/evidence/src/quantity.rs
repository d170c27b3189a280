//! Quantities with their units and ranges.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A number outside what its quantity can be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum QuantityError {
    /// Not a number at all.
    #[error("`{0}` is not a number; write digits with a point, such as 36.6")]
    NotANumber(String),
    /// Outside the possible range.
    #[error("{what} {value}{unit} is impossible; it must lie between {min} and {max}{unit}")]
    OutOfRange {
        /// The quantity.
        what: &'static str,
        /// Its unit, as printed behind the number.
        unit: &'static str,
        /// What was given.
        value: f64,
        /// Smallest possible value.
        min: f64,
        /// Largest possible value.
        max: f64,
    },
}

impl QuantityError {
    /// Checks a value against its inclusive range.
    pub(crate) fn check(
        what: &'static str,
        unit: &'static str,
        value: f64,
        min: f64,
        max: f64,
    ) -> Result<(), QuantityError> {
        if (min..=max).contains(&value) {
            Ok(())
        } else {
            Err(QuantityError::OutOfRange { what, unit, value, min, max })
        }
    }
}

/// A body temperature in degrees Celsius, 30 to 45, kept to a hundredth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Temperature(u16);

impl Temperature {
    /// 37.3 °C: above it is a fever in Chinese screening practice of 2020 (armpit measurement); contemporary reports of
    /// the national protocol are cited in docs/sources.md.
    pub const FEVER_ABOVE: Temperature = Temperature(3730);

    /// A temperature in degrees Celsius.
    ///
    /// # Errors
    /// [`QuantityError`] below 30 or above 45 °C, where a reading is an error of the device or of the hand.
    pub fn from_celsius(celsius: f64) -> Result<Self, QuantityError> {
        QuantityError::check("a body temperature of", " °C", celsius, 30.0, 45.0)?;
        Ok(Temperature((celsius * 100.0).round() as u16))
    }

    /// Degrees Celsius.
    #[must_use]
    pub fn celsius(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

impl fmt::Display for Temperature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.celsius())
    }
}

impl FromStr for Temperature {
    type Err = QuantityError;
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let celsius = text.parse().map_err(|_| QuantityError::NotANumber(text.to_owned()))?;
        Self::from_celsius(celsius)
    }
}

impl TryFrom<f64> for Temperature {
    type Error = QuantityError;
    fn try_from(celsius: f64) -> Result<Self, QuantityError> {
        Self::from_celsius(celsius)
    }
}

impl From<Temperature> for f64 {
    fn from(temperature: Temperature) -> f64 {
        temperature.celsius()
    }
}

/// Whole minutes of being near somebody, rounded down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Minutes(pub u32);

impl fmt::Display for Minutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A probability, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Probability(f64);

impl Probability {
    /// The impossible.
    pub const ZERO: Probability = Probability(0.0);

    /// A probability from 0 to 1.
    ///
    /// # Errors
    /// [`QuantityError`] outside 0 to 1.
    pub fn new(share: f64) -> Result<Self, QuantityError> {
        QuantityError::check("a probability of", "", share, 0.0, 1.0)?;
        Ok(Probability(share))
    }

    /// The probability as a share of one.
    #[must_use]
    pub fn share(self) -> f64 {
        self.0
    }

    /// That at least one of two independent things happens: `1 - (1 - p)(1 - q)`.
    #[must_use]
    pub fn or(self, other: Probability) -> Probability {
        Probability((1.0 - (1.0 - self.0) * (1.0 - other.0)).clamp(0.0, 1.0))
    }
}

impl TryFrom<f64> for Probability {
    type Error = QuantityError;
    fn try_from(share: f64) -> Result<Self, QuantityError> {
        Self::new(share)
    }
}

impl From<Probability> for f64 {
    fn from(probability: Probability) -> f64 {
        probability.0
    }
}
