//! The form of a profile, as TOML has it.

use std::collections::BTreeMap;

use evidence::{ContactClass, Minutes, Probability, Setting, VenueKind, duration};
use jiff::SignedDuration;
use serde::Deserialize;
use toml::Spanned;

use super::{AttackRate, Profile, ProfileError, VenueContact, VenueOverride};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    profile: Header,
    infectious: Infectious,
    venue: Venue,
    plane: Plane,
    train: Sourced,
    bus: Sourced,
    ferry: Sourced,
    car: Sourced,
    household: Sourced,
    named: Sourced,
    ask: Ask,
    together: Together,
    #[serde(default)]
    attack_rate: Vec<Rate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    id: String,
    version: u32,
    #[serde(rename = "title")]
    _title: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Infectious {
    before: Spanned<String>,
    after: Spanned<String>,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Venue {
    minutes: u32,
    sum_over: Spanned<String>,
    linger: Spanned<String>,
    class: ContactClass,
    #[serde(rename = "source")]
    _source: String,
    default: Kind,
    #[serde(default)]
    kind: BTreeMap<Spanned<String>, Kind>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kind {
    minutes: Option<u32>,
    linger: Option<Spanned<String>>,
    usual_stay: Option<Spanned<String>>,
    #[serde(rename = "usual_stay_source")]
    _usual_stay_source: Option<String>,
    #[serde(rename = "source")]
    _source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plane {
    rows: u16,
    class: ContactClass,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sourced {
    class: ContactClass,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    ask_above: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Together {
    within: Spanned<String>,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rate {
    setting: Setting,
    #[serde(default)]
    minutes_min: u32,
    share: Probability,
    #[serde(rename = "low")]
    _low: Option<Probability>,
    #[serde(rename = "high")]
    _high: Option<Probability>,
    source: String,
}

/// Turns places in the document into errors with lines.
struct Places<'a>(&'a str);

impl Places<'_> {
    fn error(&self, offset: usize, what: impl Into<String>, remedy: &str) -> ProfileError {
        let line = self.0.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1;
        ProfileError { line, what: what.into(), remedy: remedy.to_owned() }
    }

    fn duration(&self, value: &Spanned<String>) -> Result<SignedDuration, ProfileError> {
        duration::parse(value.as_ref()).map_err(|error| {
            self.error(value.span().start, error.to_string(), "write for example 15m, 24h or 2d")
        })
    }
}

pub(super) fn parse(document: &[u8]) -> Result<Profile, ProfileError> {
    let text = std::str::from_utf8(document).map_err(|error| {
        let good = document.get(..error.valid_up_to()).unwrap_or_default();
        ProfileError {
            line: good.iter().filter(|byte| **byte == b'\n').count() + 1,
            what: "the file has bytes that are not UTF-8".to_owned(),
            remedy: "it seems to be in another encoding, such as Latin-1 or GBK; save it as UTF-8".to_owned(),
        }
    })?;
    let places = Places(text);
    let form: Document = toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        places.error(offset, error.message().trim(), "see profiles/sars-cov-2.toml for the form of a profile")
    })?;
    let classes = [
        (Setting::Venue, form.venue.class),
        (Setting::Plane, form.plane.class),
        (Setting::Train, form.train.class),
        (Setting::Bus, form.bus.class),
        (Setting::Ferry, form.ferry.class),
        (Setting::Car, form.car.class),
        (Setting::Household, form.household.class),
        (Setting::Named, form.named.class),
    ];
    let rate = |rate: Rate| AttackRate {
        setting: rate.setting,
        minutes_min: Minutes(rate.minutes_min),
        share: rate.share,
        source: rate.source,
    };
    Ok(Profile {
        id: form.profile.id,
        version: form.profile.version,
        infectious_before: places.duration(&form.infectious.before)?,
        infectious_after: places.duration(&form.infectious.after)?,
        venue: venue(&places, form.venue)?,
        together_within: places.duration(&form.together.within)?,
        plane_rows: form.plane.rows,
        ask_above: form.ask.ask_above,
        document: text.to_owned(),
        classes: classes.into_iter().collect(),
        attack_rates: form.attack_rate.into_iter().map(rate).collect(),
    })
}

fn venue(places: &Places<'_>, form: Venue) -> Result<VenueContact, ProfileError> {
    let sum_over = match form.sum_over.as_ref().as_str() {
        "window" => None,
        _ => Some(duration::parse(form.sum_over.as_ref()).map_err(|_| {
            let what =
                format!("`sum_over = \"{}\"` is neither a duration nor the window", form.sum_over.as_ref());
            places.error(form.sum_over.span().start, what, "write a duration such as 24h, or \"window\"")
        })?),
    };
    let optional = |value: &Option<Spanned<String>>| value.as_ref().map(|v| places.duration(v)).transpose();
    let mut kinds = BTreeMap::new();
    for (name, kind) in &form.kind {
        let name = VenueKind::new(name.as_ref()).map_err(|error| {
            places.error(name.span().start, error.to_string(), "write the kind as in the table of venues")
        })?;
        let (linger, usual_stay) = (optional(&kind.linger)?, optional(&kind.usual_stay)?);
        kinds.insert(name, VenueOverride { minutes: kind.minutes.map(Minutes), linger, usual_stay });
    }
    let usual_stay = optional(&form.default.usual_stay)?.ok_or_else(|| {
        places.error(form.linger.span().start, "`venue.default` has no `usual_stay`", "add one, such as 60m")
    })?;
    let linger = places.duration(&form.linger)?;
    Ok(VenueContact { minutes: Minutes(form.minutes), sum_over, linger, usual_stay, kinds })
}
