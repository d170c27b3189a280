//! Looking for people who were near a place: first a preview, then two officers of different bodies, then questions. Never exposures:
//! who was there says so themself.

use evidence::{About, CaseId, Exposure, OtherExposures, PersonId, Position, Setting, Venue, VenueId, Visit};
use jiff::{SignedDuration, Timestamp, civil::Date};
use ledger::{AreaName, BodyName, Content, Count, HoldReason, Logged, Salt};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::{RecordId, VenueSpan};

use contacts::{Candidate, VisitsBuilder};

use crate::{
    actor::{Actor, Officer, Role},
    desk::{Desk, Filed, day_of},
    error::OfficeError,
    kept::{Kept, NoticeAbout, Question, Resident, days},
    logged::schedule,
    office::{Office, transact},
    oversight::AlertAbout,
    permissions::UseCase,
    venue::Place,
};

/// Largest radius, in metres: a neighbourhood. An order for a district asks everybody in it.
const RADIUS_MAX: f64 = 2_000.0;
/// Longest time asked about.
const TIME_MAX: SignedDuration = SignedDuration::from_hours(24);
/// How long before the time somebody may have checked in who was still there then.
const STAY_MAX: SignedDuration = SignedDuration::from_hours(48);

/// A place and a time at which a case was there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NearPlace {
    /// The point.
    pub position: Position,
    /// How far around it, in metres: more than 0 and at most 2,000.
    pub radius_m: f64,
    /// From when.
    pub from: Timestamp,
    /// Until when, at most 24 hours later.
    pub to: Timestamp,
}

/// What an order would mean, before anybody is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlacePreview {
    /// People who would be asked.
    pub people: u64,
    /// Of everybody with a record here, the share.
    pub share_of_population: f64,
    /// Venues they were at.
    pub venues: u64,
    /// Venues for which a notice would be published, also where nobody checked in.
    #[serde(default)]
    pub notices: u64,
    /// Infections to expect among them if the case was there all the time, by published attack rates.
    pub expected_infections: f64,
    /// Where those rates were published.
    pub sources: Vec<String>,
    /// Whether it is more people than may be asked without oversight looking first.
    pub would_be_held: bool,
}

/// An order to look for people who were near a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlaceTrace {
    /// The case's person.
    pub person: PersonId,
    /// The case.
    pub case: CaseId,
    /// Where and when.
    pub near: NearPlace,
    /// The administrative area, as the public log names it.
    pub area: AreaName,
    /// Who ordered it.
    pub by: Officer,
    /// Why.
    pub purpose: String,
    /// When.
    pub at: Timestamp,
    /// What it would mean, as it was found then.
    pub preview: PlacePreview,
    /// Whether it is held until oversight has looked.
    pub held: bool,
    /// Whether oversight let it go on.
    pub released: bool,
    /// Who approved it, when, and how many were asked.
    pub asked: Option<(Officer, Timestamp, u64)>,
    /// What opens the commitment in the public log.
    pub opening: Option<(Content, Salt)>,
}

impl Kept for PlaceTrace {
    const KIND: &'static str = "place_trace";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    fn state(&self) -> &'static str {
        match (&self.asked, self.held) {
            (Some(_), _) => "asked",
            (None, true) => "held",
            (None, false) => "ordered",
        }
    }
    fn keep_until(&self) -> Option<Timestamp> {
        days(self.at, 3 * 365)
    }
}

/// A place trace as oversight sees it: no case, no person, no exact place.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceTraceSeen {
    /// Its id.
    pub trace: RecordId,
    /// When it was ordered.
    pub at: Timestamp,
    /// The area.
    pub area: AreaName,
    /// Who ordered it: role and body.
    pub by: (Role, BodyName),
    /// Why.
    pub purpose: String,
    /// What it would mean.
    pub preview: PlacePreview,
    /// Whether it is held.
    pub held: bool,
    /// How many were asked.
    pub asked: Option<u64>,
}

impl Office {
    /// What asking everybody who was near a place would mean. It names nobody, and nobody is asked.
    ///
    /// # Errors
    /// [`OfficeError::Refused`] for a place or time that is too large, or longer ago than visits are kept.
    pub async fn preview_place_trace(
        &self,
        actor: &Actor,
        near: &NearPlace,
    ) -> Result<PlacePreview, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::OrderPlaceTrace, None, "").await?;
            let found = desk.candidates(near).await?;
            desk.place_preview(&found).await
        })
    }

    /// Orders a place trace for a case. Nobody is asked until an officer of another body approves it.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the person has no such case, [`OfficeError::Refused`] without a purpose, and as
    /// [`Office::preview_place_trace`].
    pub async fn order_place_trace(
        &self,
        actor: &Actor,
        (person, case): (&PersonId, &CaseId),
        near: &NearPlace,
        area: &AreaName,
        purpose: &str,
    ) -> Result<(RecordId, PlacePreview), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::OrderPlaceTrace, Some(person), purpose).await?;
            let by = actor.officer().ok_or(OfficeError::Unknown("officer"))?.clone();
            desk.case_of(person, case).await?;
            let found = desk.candidates(near).await?;
            let preview = desk.place_preview(&found).await?;
            let order = PlaceTrace {
                person: person.clone(),
                case: case.clone(),
                near: near.clone(),
                area: area.clone(),
                by,
                purpose: purpose.to_owned(),
                at: desk.at,
                preview: preview.clone(),
                held: preview.would_be_held,
                released: false,
                asked: None,
                opening: None,
            };
            if order.held {
                desk.hold_place_trace(&order).await?;
            }
            Ok((desk.file(&order).await?, preview))
        })
    }

    /// Approves a place trace that another body ordered: everybody who was near the place is asked whether they were, and a notice is
    /// published for each venue there ([`Office::exposure_notices`]). Gives how many were asked.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for an officer of the same body, [`OfficeError::Refused`] while it is held,
    /// [`OfficeError::Unknown`] where no such order waits.
    pub async fn approve_place_trace(&self, actor: &Actor, trace: &RecordId) -> Result<u64, OfficeError> {
        transact!(self, |desk| {
            let filed = desk.filed::<PlaceTrace>(trace).await?.filter(|filed| filed.what.asked.is_none());
            let mut filed = filed.ok_or(OfficeError::Unknown("place trace"))?;
            let person = filed.what.person.clone();
            desk.authorise(actor, UseCase::ApprovePlaceTrace, Some(&person), "approving a place trace")
                .await?;
            let officer = actor.officer().ok_or(OfficeError::Unknown("officer"))?;
            if officer.body == filed.what.by.body {
                return Err(OfficeError::Forbidden {
                    role: officer.role.word(),
                    what: "approve what their own body ordered",
                });
            }
            if filed.what.held {
                return Err(held());
            }
            let found = desk.candidates(&filed.what.near).await?;
            let preview = desk.place_preview(&found).await?;
            // More people may have been there than when it was ordered.
            if preview.would_be_held && !filed.what.released {
                (filed.what.held, filed.what.preview) = (true, preview);
                desk.hold_place_trace(&filed.what).await?;
                desk.refile(&filed).await?;
                return Ok(None);
            }
            let asked = desk.ask_near_place(&filed.what, found.candidates).await?;
            desk.publish_notices(&filed.what.near, found.venues).await?;
            desk.log_place_trace(&mut filed, officer, asked).await?;
            filed.what.asked = Some((officer.clone(), desk.at, asked));
            desk.refile(&filed).await?;
            Ok(Some(asked))
        })?
        .ok_or_else(held)
    }

    /// Place traces that were ordered in the last three years, the latest first.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for anybody but oversight.
    pub async fn place_traces(&self, actor: &Actor) -> Result<Vec<PlaceTraceSeen>, OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Oversee, None, "").await?;
            let mut seen = Vec::new();
            for state in ["ordered", "held", "asked"] {
                for Filed { id, what, .. } in desk.everything::<PlaceTrace>(state).await? {
                    seen.push(PlaceTraceSeen {
                        trace: id,
                        at: what.at,
                        area: what.area,
                        by: (what.by.role, what.by.body),
                        purpose: what.purpose,
                        preview: what.preview,
                        held: what.held,
                        asked: what.asked.map(|(.., asked)| asked),
                    });
                }
            }
            seen.sort_by_key(|trace| std::cmp::Reverse(trace.at));
            Ok(seen)
        })
    }

    /// Lets a held place trace go on, so that another body can approve it, or ends it.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for anybody but oversight, and for oversight of the body that ordered it;
    /// [`OfficeError::Unknown`] where no such trace is held.
    pub async fn release_place_trace(
        &self,
        actor: &Actor,
        trace: &RecordId,
        goes_on: bool,
    ) -> Result<(), OfficeError> {
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::ReleaseHeld, None, "").await?;
            let officer = actor.officer().ok_or(OfficeError::Unknown("officer"))?;
            let filed = desk.filed::<PlaceTrace>(trace).await?.filter(|filed| filed.what.state() == "held");
            let mut filed = filed.ok_or(OfficeError::Unknown("held place trace"))?;
            if officer.body == filed.what.by.body {
                return Err(OfficeError::Forbidden {
                    role: officer.role.word(),
                    what: "release what their own body ordered",
                });
            }
            if !goes_on {
                return desk.discard(&filed).await;
            }
            (filed.what.held, filed.what.released) = (false, true);
            desk.refile(&filed).await
        })
    }
}

/// What is near a place.
struct Found {
    /// Every venue that it reaches.
    venues: Vec<Venue>,
    /// Whoever was there.
    candidates: Vec<Candidate>,
}

impl NearPlace {
    /// As it is committed to: numbers as text, since a fraction has no single written form.
    fn written(&self) -> serde_json::Value {
        serde_json::json!({
            "latitude": self.position.latitude().to_string(),
            "longitude": self.position.longitude().to_string(),
            "radius_m": self.radius_m.to_string(),
            "from": self.from,
            "to": self.to,
        })
    }
}

fn held() -> OfficeError {
    OfficeError::refused(
        "more people would be asked than may be without a second look",
        "oversight looks at it first",
    )
}

impl Desk<'_> {
    /// The venues near a place, and everybody with a record here who was at one of them in a time, each once or more.
    async fn candidates(&mut self, near: &NearPlace) -> Result<Found, OfficeError> {
        self.in_the_past(near.from, near.to)?;
        let lasts = near.to.duration_since(near.from);
        if !(near.radius_m > 0.0 && near.radius_m <= RADIUS_MAX) || lasts.is_zero() || lasts > TIME_MAX {
            return Err(OfficeError::refused(
                format!("a place trace reaches {RADIUS_MAX} metres and 24 hours at most"),
                "name the place and the time more closely",
            ));
        }
        if day_of(near.from) < self.first_day_kept() {
            return Err(OfficeError::refused(
                "visits that long ago are not kept",
                "nobody can be found any more",
            ));
        }
        let NearPlace { position, radius_m, from, to } = *near;
        let place = contacts::Place { position, radius_m, from, to };
        let everywhere = self.everything::<Place>("kept").await?.into_iter().map(|filed| filed.what.venue);
        let venues: Vec<Venue> =
            everywhere.filter(|venue| venue.position.is_some_and(|of| place.reaches(of))).collect();
        let mut builder = VisitsBuilder::default();
        let ids: Vec<VenueId> = venues.iter().map(|venue| venue.venue.clone()).collect();
        let since = near.from.checked_sub(STAY_MAX)?;
        self.visits_to(&ids, day_of(since), day_of(near.to))
            .await?
            .iter()
            .for_each(|visit| builder.add(visit));
        let visits = builder.build(&venues)?;
        let mut candidates = Vec::new();
        for candidate in contacts::candidates(&self.office.profile, &visits, &place)? {
            if self.resident(&candidate.person).await?.is_some() {
                candidates.push(candidate);
            }
        }
        Ok(Found { venues, candidates })
    }

    /// Everybody's visits to venues on some days.
    async fn visits_to(
        &mut self,
        venues: &[VenueId],
        first: Date,
        last: Date,
    ) -> Result<Vec<About<Visit>>, OfficeError> {
        let always = (Timestamp::MIN, Timestamp::MAX);
        let mut spans = Vec::new();
        let mut day = first;
        while day <= last {
            spans.extend(venues.iter().map(|venue| VenueSpan {
                day,
                venue: venue.clone(),
                from: always.0,
                to: always.1,
            }));
            day = day.tomorrow()?;
        }
        self.visits_overlapping(&spans).await
    }

    async fn place_preview(&mut self, found: &Found) -> Result<PlacePreview, OfficeError> {
        let Found { venues: reached, candidates } = found;
        let profile = &self.office.profile;
        let preview = contacts::preview(profile, candidates);
        let mut venues: Vec<&VenueId> = candidates.iter().map(|candidate| &candidate.venue).collect();
        venues.sort_unstable();
        venues.dedup();
        let people = preview.people as u64;
        let (would_be_held, venues) = (people > profile.ask_above, venues.len() as u64);
        let population = self.tx.count(Resident::KIND).await?;
        Ok(PlacePreview {
            people,
            share_of_population: people as f64 / population.max(1) as f64,
            venues,
            notices: reached.len() as u64,
            expected_infections: preview.expected_infections,
            sources: preview.sources.into_iter().collect(),
            would_be_held,
        })
    }

    /// Asks everybody who was near a place whether they were, about their longest visit; gives how many.
    async fn ask_near_place(
        &mut self,
        order: &PlaceTrace,
        candidates: Vec<Candidate>,
    ) -> Result<u64, OfficeError> {
        let mut longest: BTreeMap<PersonId, Candidate> = BTreeMap::new();
        for candidate in candidates.into_iter().filter(|candidate| candidate.person != order.person) {
            let known = longest.entry(candidate.person.clone()).or_insert_with(|| candidate.clone());
            if candidate.minutes > known.minutes {
                *known = candidate;
            }
        }
        let profile = std::sync::Arc::clone(&self.office.profile);
        let asked = longest.len() as u64;
        for Candidate { person, venue, entered, minutes, left, .. } in longest.into_values() {
            let first = entered.max(order.near.from);
            let stayed = SignedDuration::from_mins(i64::from(minutes.0));
            let last = left.unwrap_or(first.checked_add(stayed)?).min(order.near.to).max(first);
            let probability = profile.probability(Setting::Venue, minutes);
            let exposure = Exposure {
                case: order.case.clone(),
                class: profile.class(Setting::Venue),
                setting: Setting::Venue,
                first,
                last,
                minutes,
                probability,
                together: OtherExposures { cases: 1, minutes, probability },
            };
            let question = Question {
                person: person.clone(),
                venue,
                from: first,
                to: last,
                asked: self.at,
                exposure: Box::new(exposure),
                case_known: self.at,
                answer: None,
            };
            self.file(&question).await?;
            self.tell(&person, NoticeAbout::Question).await?;
        }
        Ok(asked)
    }

    /// Logs that a place trace is held, and alerts oversight.
    async fn hold_place_trace(&mut self, order: &PlaceTrace) -> Result<(), OfficeError> {
        self.alert(AlertAbout::TraceHeld).await?;
        let people = Count::of_many(order.preview.people);
        let (reason, by) = (HoldReason::TooManyContacts, schedule(&self.office.body));
        let near = order.near.written();
        self.log_about(&order.person, by, &near, |batch| Logged::BatchHeld { reason, people, batch }).await
    }

    async fn log_place_trace(
        &mut self,
        filed: &mut Filed<PlaceTrace>,
        approved_by: &Officer,
        asked: u64,
    ) -> Result<(), OfficeError> {
        let order = &filed.what;
        let value =
            serde_json::json!({ "near": order.near.written(), "case": order.case, "purpose": order.purpose });
        let fields = value.as_object().cloned().unwrap_or_default();
        let (content, salt, commitment) = self.commit(fields)?;
        let logged = Logged::PlaceTraceOrdered {
            area: order.area.clone(),
            asked: Count::of_many(asked),
            approved_by: approved_by.logged(),
            order: commitment,
        };
        self.log(order.by.logged(), logged).await?;
        filed.what.opening = Some((content, salt));
        Ok(())
    }
}
