//! Journeys with others.

use compact_str::CompactString;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{VehicleRun, vocabulary::vocabulary};

vocabulary! {
    /// A means of travel.
    TravelMode, "travel mode" {
        /// Aeroplane.
        Plane = "plane",
        /// Train.
        Train = "train",
        /// Bus.
        Bus = "bus",
        /// Ferry.
        Ferry = "ferry",
        /// Car.
        Car = "car",
    }
}

/// A journey on one run of a vehicle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trip {
    /// The run.
    pub vehicle: VehicleRun,
    /// Means of travel.
    pub mode: TravelMode,
    /// Car of a train.
    pub car: Option<CompactString>,
    /// Row of seats, counted from the front.
    pub row: Option<u16>,
    /// Seat in the row.
    pub seat: Option<CompactString>,
    /// Departure.
    pub departed: Timestamp,
    /// Arrival.
    pub arrived: Timestamp,
}
