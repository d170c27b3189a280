//! A synthetic city as an evidence bundle: people, homes, venues, visits and journeys, and an epidemic that is simulated
//! among them, with its truth.
//!
//! The same [`Options`] give the same bytes, on any number of threads. Nothing but the epidemic is kept in memory: who
//! lives where, and what somebody does on a day, is made up again from the seed whenever it is asked for, so that a city
//! of any size streams to disk.
//!
//! The epidemic goes on among the very visits that are written. Somebody infectious in a room of a venue may infect those
//! who are there at the time; so at home, near each other in a vehicle, and abroad. Some of the ill declare symptoms, stay
//! at home or come to be tested; tests miss some and come late; a case is isolated and its home quarantined, and neither
//! goes out from then on. `truth/infections.csv` says who was infected, when and by whom, which no one in the city knows.
//!
//! What the figures rest on stands beside each of them; many are assumptions and say so. The city is for tests,
//! benchmarks and demonstrations. It forecasts nothing.

mod calendar;
mod course;
mod daily_life;
mod day;
mod draw;
mod error;
mod health;
mod ids;
mod journey;
mod options;
mod outbreak;
mod places;
mod population;
mod simulation;
mod surveillance;
mod tables;
mod transmission;
mod transport;
mod venue_kind;
mod write;

pub use error::{OptionsError, SynthError};
pub use options::Options;
pub use write::{Progress, Written, write};
