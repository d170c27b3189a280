//! Who was near a case: from cases and what people shared with them to exposures.
//!
//! # The definition
//!
//! **Which cases count.** Cases that are `confirmed` or `recovered`, as known at the instant `at`
//! ([`evidence::Case::as_known`]). Suspected and discarded ones make no exposures. Each case counts by itself, also
//! when one person has several.
//!
//! **Infectious window** `[start, end)`. The anchor is the onset; without one, the earliest positive specimen of the
//! case's person known by `at` that was taken no earlier than 30 days before the case became known; without one, the
//! instant at which the case became known. The window starts `before` ahead of the anchor, and ends at the earliest of
//! isolation, recovery and anchor + `after`. A window that would end before it starts is empty: no exposures.
//!
//! **Household.** Everybody who shares a household with the case's person, other than that person: `first` is the
//! start of the window, `last` its end, `minutes` 0 (not measured).
//!
//! **Named.** Everybody the case named, other than the case's person: `first` and `last` as named (`last` = `first`
//! where no end was named), `minutes` the time between them. It counts as named, whether or not it lies in the window.
//! Several entries for one person and case make one exposure: from the first moment to the last, minutes added up.
//!
//! **Venue.** A visit lasts from `entered` to `left`; where `left` is not there, or later than `at`, it lasts for the
//! usual stay of its kind of venue, and not beyond `at`. Visits entered after `at` are not used. A visit of the case's
//! person is cut to the window (an empty rest is dropped) and then prolonged by `linger`. A *meeting* is what a visit
//! of somebody else to the same venue has in common with it. With `m(kind)` the minutes needed at a kind of venue,
//! somebody is a contact if there is a span of length `sum_over` (any, sliding; the whole time for `window`) in which the
//! meetings, at all venues, add up to `Σ overlap / m(kind) ≥ 1`. Then `first` and `last` are the earliest beginning and
//! the latest end of all meetings in the window, and `minutes` is the sum of them all, rounded down.
//!
//! **Journeys.** Two trips of different people on the same vehicle run by the same mode, both known by `at` (a trip is
//! known on arrival), that overlap each other and the window. Plane: rows at most `rows` apart; train: the same car;
//! where a row or car is not known there is no exposure. Bus, ferry, car: the whole vehicle. `first`, `last` and
//! `minutes` are those of the overlap within the window, several overlaps taken together as above.
//!
//! **Result.** One exposure for each contact, case and setting, in the order of person, case and setting. A person is
//! never their own contact. Contacts of contacts are not exposures. `probability` is the published attack rate of the
//! setting for those minutes. `together` takes the exposures of the same person whose last moment lies at most
//! `together.within` before this one's and not after it: distinct cases, minutes added up, and `1 - Π(1 - p)` over the
//! cases, with the highest `p` of each case's settings.
//!
//! **Place.** Visits to venues within a radius of a point that overlap a time make *candidates*: people to be asked, never
//! exposures ([`candidates`]).
//!
//! Visits are kept in segments, one for each day, in memory or behind a [`ReadAt`] ([`write_segment`], [`Visits::open`]), and a
//! question reads only the parts of them that can answer it. The crate opens no file, reads no clock and draws no randomness.

#[cfg(feature = "disk")]
mod disk;
mod exposure;
mod journey;
mod place;
mod profile;
mod tracing;
mod venue;
mod visits;
mod window;

#[cfg(feature = "disk")]
pub use disk::{IndexWriter, open_index};
pub use exposure::{Contact, Known, contacts, take_together};
pub use place::{Candidate, Place, Preview, candidates, preview, preview_of};
pub use profile::{AttackRate, Profile, ProfileError, VenueContact};
pub use tracing::{Encounter, Tracing, Where};
pub use visits::{
    DAY, DayPerson, Ids, IndexError, Partition, RECORD_BYTES, ReadAt, VisitRecord, Visits, VisitsBuilder,
    write_partition, write_segment,
};
pub use window::{Window, window};
