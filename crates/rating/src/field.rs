//! The fields of evidence that a rule may read: one table from which conditions, anchors, texts and docs come.

use evidence::{
    CaseStatus, CheckedBy, ContactClass, EvidenceKind, RegionLevel, Setting, Symptoms, TestMethod,
    TestResult, TravelMode,
};
use jiff::Timestamp;

use crate::{cases_met::Given, piece::Says};

/// A field, by the name it has in rule sets; each is named after the column it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Field {
    Symptoms,
    CasesMet,
    At,
    TemperatureC,
    By,
    Region,
    RegionName,
    RegionLevel,
    Arrived,
    Left,
    Mode,
    Vehicle,
    Car,
    Row,
    Departed,
    Method,
    Result,
    Sampled,
    Reported,
    Status,
    Onset,
    Confirmed,
    Isolated,
    Recovered,
    Known,
    Class,
    Setting,
    First,
    Last,
    Minutes,
    Probability,
    Cases,
    CombinedMinutes,
    CombinedProbability,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldType {
    /// A set of symptoms.
    Symptoms,
    /// A word of a closed vocabulary, by its words in order.
    Word(&'static [&'static str]),
    /// Free text.
    Text,
    /// A number.
    Number,
    /// An instant.
    Time,
}

const BY: FieldType = FieldType::Word(CheckedBy::WORDS);
const REGION_LEVEL: FieldType = FieldType::Word(RegionLevel::WORDS);
const MODE: FieldType = FieldType::Word(TravelMode::WORDS);
const METHOD: FieldType = FieldType::Word(TestMethod::WORDS);
const RESULT: FieldType = FieldType::Word(TestResult::WORDS);
const STATUS: FieldType = FieldType::Word(CaseStatus::WORDS);
const CLASS: FieldType = FieldType::Word(ContactClass::WORDS);
const SETTING: FieldType = FieldType::Word(Setting::WORDS);

type Row = (&'static str, Field, FieldType);

const DECLARATION: &[Row] = &[
    ("symptoms", Field::Symptoms, FieldType::Symptoms),
    ("cases_met", Field::CasesMet, FieldType::Number),
    ("at", Field::At, FieldType::Time),
];
const CHECK: &[Row] = &[
    ("symptoms", Field::Symptoms, FieldType::Symptoms),
    ("temperature_c", Field::TemperatureC, FieldType::Number),
    ("by", Field::By, BY),
    ("cases_met", Field::CasesMet, FieldType::Number),
    ("at", Field::At, FieldType::Time),
];
const STAY: &[Row] = &[
    ("region", Field::Region, FieldType::Text),
    ("region_name", Field::RegionName, FieldType::Text),
    ("region_level", Field::RegionLevel, REGION_LEVEL),
    ("arrived", Field::Arrived, FieldType::Time),
    ("left", Field::Left, FieldType::Time),
];
const TRIP: &[Row] = &[
    ("mode", Field::Mode, MODE),
    ("vehicle", Field::Vehicle, FieldType::Text),
    ("car", Field::Car, FieldType::Text),
    ("row", Field::Row, FieldType::Number),
    ("departed", Field::Departed, FieldType::Time),
    ("arrived", Field::Arrived, FieldType::Time),
];
const TEST: &[Row] = &[
    ("method", Field::Method, METHOD),
    ("result", Field::Result, RESULT),
    ("sampled", Field::Sampled, FieldType::Time),
    ("reported", Field::Reported, FieldType::Time),
];
const CASE: &[Row] = &[
    ("status", Field::Status, STATUS),
    ("onset", Field::Onset, FieldType::Time),
    ("confirmed", Field::Confirmed, FieldType::Time),
    ("isolated", Field::Isolated, FieldType::Time),
    ("recovered", Field::Recovered, FieldType::Time),
    ("known", Field::Known, FieldType::Time),
];
const EXPOSURE: &[Row] = &[
    ("class", Field::Class, CLASS),
    ("setting", Field::Setting, SETTING),
    ("first", Field::First, FieldType::Time),
    ("last", Field::Last, FieldType::Time),
    ("minutes", Field::Minutes, FieldType::Number),
    ("probability", Field::Probability, FieldType::Number),
    ("cases", Field::Cases, FieldType::Number),
    ("combined_minutes", Field::CombinedMinutes, FieldType::Number),
    ("combined_probability", Field::CombinedProbability, FieldType::Number),
];

/// The fields of a kind of evidence, or `None` for a kind that no rule may speak of.
pub(crate) fn fields_of(kind: EvidenceKind) -> Option<&'static [Row]> {
    match kind {
        EvidenceKind::Declaration => Some(DECLARATION),
        EvidenceKind::Check => Some(CHECK),
        EvidenceKind::Stay => Some(STAY),
        EvidenceKind::Trip => Some(TRIP),
        EvidenceKind::Test => Some(TEST),
        EvidenceKind::Case => Some(CASE),
        EvidenceKind::Exposure => Some(EXPOSURE),
        EvidenceKind::Visit
        | EvidenceKind::Household
        | EvidenceKind::NamedContact
        | EvidenceKind::Ruling
        | EvidenceKind::RegionLevel => None,
    }
}

/// What rights.md R15 and R24 rule out, by the words people use for it.
const RULED_OUT: &[&str] = &[
    "score",
    "credit",
    "conduct",
    "nationality",
    "citizenship",
    "ethnicity",
    "race",
    "religion",
    "income",
    "occupation",
    "job",
    "employer",
    "telecom",
    "cell",
    "phone",
    "location",
    "gps",
    "face",
    "payment",
    "criminal",
    "political",
];

/// Finds a field of a kind by name, or says what there is instead.
pub(crate) fn find(kind: EvidenceKind, name: &str) -> Result<(Field, FieldType), String> {
    let rows = fields_of(kind).unwrap_or_default();
    if let Some((_, field, of)) = rows.iter().find(|(known, ..)| *known == name) {
        return Ok((*field, *of));
    }
    if RULED_OUT.iter().any(|word| name.to_ascii_lowercase().contains(word)) {
        return Err(format!(
            "`{kind}.{name}` does not exist and never will: rules cannot use scores, conduct, nationality, ethnicity, \
             religion, income, occupation or telecom location"
        ));
    }
    let known: Vec<&str> = rows.iter().map(|(known, ..)| *known).collect();
    Err(format!("`{kind}` has no field `{name}`; it has: {}", known.join(", ")))
}

impl Field {
    /// The instant this field holds, if it is a time and is there.
    pub(crate) fn time(self, says: &Says) -> Option<Timestamp> {
        match (says, self) {
            (Says::Declaration(declaration), Field::At) => Some(declaration.at),
            (Says::Check(check), Field::At) => Some(check.at),
            (Says::Stay(stay), Field::Arrived) => Some(stay.arrived),
            (Says::Stay(stay), Field::Left) => stay.left,
            (Says::Trip(trip), Field::Departed) => Some(trip.departed),
            (Says::Trip(trip), Field::Arrived) => Some(trip.arrived),
            (Says::Test(test), Field::Sampled) => Some(test.sampled),
            (Says::Test(test), Field::Reported) => Some(test.known()),
            (Says::Case(case), Field::Onset) => case.onset,
            (Says::Case(case), Field::Confirmed) => case.confirmed,
            (Says::Case(case), Field::Isolated) => case.isolated,
            (Says::Case(case), Field::Recovered) => case.recovered,
            (Says::Case(case), Field::Known) => case.known(),
            (Says::Exposure(exposure), Field::First) => Some(exposure.first),
            (Says::Exposure(exposure), Field::Last) => Some(exposure.last),
            _ => None,
        }
    }

    /// The number this field holds, if it is one and is there.
    pub(crate) fn number(self, given: Given<'_>) -> Option<f64> {
        match (given.says, self) {
            (Says::Declaration(_) | Says::Check(_), Field::CasesMet) => {
                (given.cases_met > 0).then(|| f64::from(given.cases_met))
            }
            (Says::Check(check), Field::TemperatureC) => check.temperature.map(|t| t.celsius()),
            (Says::Trip(trip), Field::Row) => trip.row.map(f64::from),
            (Says::Exposure(exposure), Field::Minutes) => Some(f64::from(exposure.minutes.0)),
            (Says::Exposure(exposure), Field::Probability) => Some(exposure.probability.share()),
            (Says::Exposure(exposure), Field::Cases) => Some(f64::from(exposure.together.cases)),
            (Says::Exposure(exposure), Field::CombinedMinutes) => {
                Some(f64::from(exposure.together.minutes.0))
            }
            (Says::Exposure(exposure), Field::CombinedProbability) => {
                Some(exposure.together.probability.share())
            }
            _ => None,
        }
    }

    /// The position in its vocabulary of the word this field holds, if it is one and is there.
    pub(crate) fn word(self, says: &Says) -> Option<u32> {
        match (says, self) {
            (Says::Check(check), Field::By) => Some(check.by as u32),
            (Says::Stay(stay), Field::RegionLevel) => stay.region_level.map(|level| level as u32),
            (Says::Trip(trip), Field::Mode) => Some(trip.mode as u32),
            (Says::Test(test), Field::Method) => Some(test.method as u32),
            (Says::Test(test), Field::Result) => Some(test.result as u32),
            (Says::Case(case), Field::Status) => Some(case.status as u32),
            (Says::Exposure(exposure), Field::Class) => Some(exposure.class as u32),
            (Says::Exposure(exposure), Field::Setting) => Some(exposure.setting as u32),
            _ => None,
        }
    }

    /// The text this field holds, if it is one and is there.
    pub(crate) fn text(self, says: &Says) -> Option<&str> {
        match (says, self) {
            (Says::Stay(stay), Field::Region | Field::RegionName) => Some(stay.region.as_str()),
            (Says::Trip(trip), Field::Vehicle) => Some(trip.vehicle.as_str()),
            (Says::Trip(trip), Field::Car) => trip.car.as_deref(),
            _ => None,
        }
    }

    /// The symptoms this field holds, if it is such.
    pub(crate) fn symptoms(self, says: &Says) -> Option<Symptoms> {
        match (says, self) {
            (Says::Declaration(declaration), Field::Symptoms) => Some(declaration.symptoms),
            (Says::Check(check), Field::Symptoms) => Some(check.symptoms),
            _ => None,
        }
    }

    /// Whether the field is there.
    pub(crate) fn is_there(self, given: Given<'_>) -> bool {
        let says = given.says;
        self.symptoms(says).is_some()
            || self.time(says).is_some()
            || self.number(given).is_some()
            || self.word(says).is_some()
            || self.text(says).is_some()
    }
}
