//! Places people visit. About no person.

use std::{fmt, str::FromStr};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::{IdError, QuantityError, VenueId, id::slug};

/// What sort of place a venue is, such as `restaurant` or `school`; disease profiles give times by it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "CompactString", into = "CompactString")]
pub struct VenueKind(CompactString);

impl VenueKind {
    /// Reads a kind: 1 to 64 of `a-z 0-9 _ -`.
    ///
    /// # Errors
    /// [`IdError`] when the text is empty, too long or has another character.
    pub fn new(text: &str) -> Result<Self, IdError> {
        slug(text).map(Self)
    }

    /// The kind as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VenueKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for VenueKind {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::new(text)
    }
}

impl TryFrom<CompactString> for VenueKind {
    type Error = IdError;
    fn try_from(text: CompactString) -> Result<Self, IdError> {
        Self::new(&text)
    }
}

impl From<VenueKind> for CompactString {
    fn from(kind: VenueKind) -> CompactString {
        kind.0
    }
}

/// A point on Earth, WGS 84 degrees. Written as latitude and longitude.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "[f64; 2]", into = "[f64; 2]")]
pub struct Position {
    latitude: f64,
    longitude: f64,
}

impl Position {
    /// A point by latitude (−90 to 90) and longitude (−180 to 180), in degrees.
    ///
    /// # Errors
    /// [`QuantityError`] when either is outside its range or not a number.
    pub fn new(latitude: f64, longitude: f64) -> Result<Self, QuantityError> {
        QuantityError::check("latitude", "°", latitude, -90.0, 90.0)?;
        QuantityError::check("longitude", "°", longitude, -180.0, 180.0)?;
        Ok(Self { latitude, longitude })
    }

    /// Degrees north.
    #[must_use]
    pub fn latitude(self) -> f64 {
        self.latitude
    }

    /// Degrees east.
    #[must_use]
    pub fn longitude(self) -> f64 {
        self.longitude
    }
}

impl TryFrom<[f64; 2]> for Position {
    type Error = QuantityError;
    fn try_from([latitude, longitude]: [f64; 2]) -> Result<Self, QuantityError> {
        Self::new(latitude, longitude)
    }
}

impl From<Position> for [f64; 2] {
    fn from(position: Position) -> [f64; 2] {
        [position.latitude, position.longitude]
    }
}

/// A place with a code at its door.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Venue {
    /// Its id.
    pub venue: VenueId,
    /// What people call it.
    pub name: Option<String>,
    /// What sort of place it is.
    pub kind: VenueKind,
    /// Where it is.
    pub position: Option<Position>,
}
