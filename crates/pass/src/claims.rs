//! What our own pass says: a CWT (RFC 8392) with one private claim.
//!
//! No reasons, no identity number, no address. Initials and the day of birth are for a glance at an identity card.

use std::fmt;

use ciborium::Value;
use coset::iana;
use evidence::Level;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    cbor::{at, integer},
    key::PublicKey,
};

/// The longest a pass may be valid. Green for a day is a claim one can stand behind; for a month it is not.
pub const LIFETIME_MAX: SignedDuration = SignedDuration::from_hours(24);

/// Version of the private claim that this crate writes and reads.
const VERSION: i64 = 1;

const ISS: i64 = 1;
const EXP: i64 = 4;
const IAT: i64 = 6;
const CTI: i64 = 7;
const CNF: i64 = 8;
/// The container of health certificates (IANA, CBOR Web Token claims: `hcert`).
pub(crate) const HCERT: i64 = -260;
/// Our place in it. The WHO leaves negative keys free; -6 is in use.
pub(crate) const CLEANBILL: i64 = -7;

/// The longest texts of a pass, in bytes of UTF-8: a QR code is small.
const ISSUER_MAX: usize = 32;
const RULE_SET_MAX: usize = 32;
const REGION_MAX: usize = 16;
const INITIALS_MAX: usize = 12;
const HELP_MAX: usize = 32;

/// Why claims cannot be written, or were not those of a pass.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimsError {
    /// A claim is missing or not of its form.
    #[error("the claim `{0}` is missing or not as the format says")]
    Claim(&'static str),
    /// The private claim has a version this crate does not know.
    #[error("the pass has version {0}, this reader knows version {VERSION}; bring the reader up to date")]
    Version(i64),
    /// A text is too long, or has a control character.
    #[error("`{0}` is longer than {1} bytes or has a control character; shorten it")]
    Text(&'static str, usize),
    /// The pass ends before it begins, or is longer than [`LIFETIME_MAX`].
    #[error("a pass lasts at most 24 hours and ends after it begins; this one is from {0} to {1}")]
    Lifetime(Timestamp, Timestamp),
}

/// The id of a pass: 8 random bytes. Says nothing about the holder, and no two passes share it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PassId([u8; 8]);

impl PassId {
    /// An id from random bytes.
    #[must_use]
    pub fn new(random: [u8; 8]) -> Self {
        Self(random)
    }

    /// The 8 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

impl fmt::Display for PassId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for PassId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PassId({self})")
    }
}

impl std::str::FromStr for PassId {
    type Err = ClaimsError;

    /// An id from its 16 hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, ClaimsError> {
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok();
        bytes.and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or(ClaimsError::Claim("cti"))
    }
}

/// The key of the phone that holds the pass: P-256, compressed (SEC 1). It signs proofs that the phone is there.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct HolderKey([u8; 33]);

impl HolderKey {
    /// A key from its SEC 1 bytes, compressed or not.
    ///
    /// # Errors
    /// The bytes are not a point on P-256.
    pub fn new(sec1: &[u8]) -> Result<Self, ClaimsError> {
        let Ok(PublicKey::P256(point)) = PublicKey::p256(sec1) else {
            return Err(ClaimsError::Claim("cnf"));
        };
        let (x, y) = point.split_at(33);
        let mut compressed: [u8; 33] = x.try_into().map_err(|_| ClaimsError::Claim("cnf"))?;
        let is_odd = y.last().is_some_and(|byte| byte & 1 == 1);
        if let Some(first) = compressed.first_mut() {
            *first = if is_odd { 3 } else { 2 };
        }
        Ok(Self(compressed))
    }

    /// The 33 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 33] {
        &self.0
    }

    /// The key that checks proofs.
    pub(crate) fn public_key(&self) -> Option<PublicKey> {
        PublicKey::p256(&self.0).ok()
    }

    fn to_cbor(self) -> Value {
        let (sign, x) = self.0.split_at(1);
        let is_odd = sign == [3];
        let entry = |label: i64, value: Value| (Value::from(label), value);
        let key = vec![
            entry(1, Value::from(iana::KeyType::EC2 as i64)),
            entry(-1, Value::from(iana::EllipticCurve::P_256 as i64)),
            entry(-2, Value::Bytes(x.to_vec())),
            entry(-3, Value::Bool(is_odd)),
        ];
        Value::Map(vec![entry(1, Value::Map(key))])
    }

    fn from_cbor(cnf: &Value) -> Option<Self> {
        let key = at(cnf.as_map()?, 1)?.as_map()?;
        if at(key, 1).and_then(integer::<i64>) != Some(iana::KeyType::EC2 as i64)
            || at(key, -1).and_then(integer::<i64>) != Some(iana::EllipticCurve::P_256 as i64)
        {
            return None;
        }
        let x: &[u8; 32] = at(key, -2)?.as_bytes()?.as_slice().try_into().ok()?;
        let is_odd = at(key, -3)?.as_bool()?;
        let mut sec1 = [2 + u8::from(is_odd); 33];
        sec1.iter_mut().skip(1).zip(x).for_each(|(to, from)| *to = *from);
        // Whether it is on the curve is seen when a proof is checked: most passes at most doors are looked at once.
        Some(Self(sec1))
    }
}

impl fmt::Debug for HolderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HolderKey({})", data_encoding::HEXLOWER.encode(&self.0))
    }
}

/// Day and month of birth, without the year. Written as `02-29`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Birthday {
    month: u8,
    day: u8,
}

impl Birthday {
    /// A day of a year; 29 February is one.
    ///
    /// # Errors
    /// There is no such day.
    pub fn new(month: u8, day: u8) -> Result<Self, ClaimsError> {
        let wrong = ClaimsError::Claim("birthday");
        let (signed_month, signed_day) = (i8::try_from(month), i8::try_from(day));
        let (Ok(signed_month), Ok(signed_day)) = (signed_month, signed_day) else {
            return Err(wrong);
        };
        // A leap year has every day there is.
        jiff::civil::Date::new(2000, signed_month, signed_day).map_err(|_| wrong)?;
        Ok(Self { month, day })
    }
}

impl fmt::Display for Birthday {
    /// As `02-29`: month, then day.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

impl std::str::FromStr for Birthday {
    type Err = ClaimsError;

    /// A birthday as `02-29`: month, then day.
    fn from_str(text: &str) -> Result<Self, ClaimsError> {
        let parts =
            text.split_once('-').and_then(|(month, day)| Some((month.parse().ok()?, day.parse().ok()?)));
        let (month, day) = parts.ok_or(ClaimsError::Claim("birthday"))?;
        Self::new(month, day)
    }
}

impl TryFrom<String> for Birthday {
    type Error = ClaimsError;
    fn try_from(text: String) -> Result<Self, ClaimsError> {
        text.parse()
    }
}

impl From<Birthday> for String {
    fn from(birthday: Birthday) -> String {
        birthday.to_string()
    }
}

/// What a pass says. Texts may be empty where nothing is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Who says it: short name of the health authority, at most 32 bytes.
    pub issuer: String,
    /// From when, to the second.
    pub issued: Timestamp,
    /// Until when (not included), to the second; at most 24 hours later.
    pub expires: Timestamp,
    /// The id of this pass.
    pub id: PassId,
    /// The phone it lives on; none for a paper pass.
    pub holder: Option<HolderKey>,
    /// The holder's level.
    pub level: Level,
    /// The rule set by which it was rated, at most 32 bytes.
    pub rule_set: String,
    /// The region whose rules these are, at most 16 bytes.
    pub region: String,
    /// Initials for a glance at an identity card, at most 12 bytes.
    pub initials: String,
    /// Day and month of birth, for the same.
    pub birthday: Option<Birthday>,
    /// Where to get help and how to contest the level, at most 32 bytes.
    pub help: String,
}

impl Claims {
    /// Checks what the types do not.
    ///
    /// # Errors
    /// A text is too long, or the lifetime is.
    pub fn validate(&self) -> Result<(), ClaimsError> {
        for (name, value, max) in [
            ("issuer", &self.issuer, ISSUER_MAX),
            ("rule set", &self.rule_set, RULE_SET_MAX),
            ("region", &self.region, REGION_MAX),
            ("initials", &self.initials, INITIALS_MAX),
            ("help", &self.help, HELP_MAX),
        ] {
            if value.len() > max || value.chars().any(char::is_control) {
                return Err(ClaimsError::Text(name, max));
            }
        }
        let lifetime = self.expires.duration_since(self.issued);
        if lifetime <= SignedDuration::ZERO || lifetime > LIFETIME_MAX {
            return Err(ClaimsError::Lifetime(self.issued, self.expires));
        }
        Ok(())
    }

    /// The payload of an envelope, as CBOR.
    ///
    /// # Errors
    /// As [`Self::validate`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, ClaimsError> {
        self.validate()?;
        let entry = |label: i64, value: Value| (Value::from(label), value);
        let level: i64 = match self.level {
            Level::Green => 0,
            Level::Yellow => 1,
            Level::Red => 2,
        };
        let birthday = self.birthday.map_or(0, |day| i64::from(day.month) * 100 + i64::from(day.day));
        let mut said = vec![
            Value::from(VERSION),
            Value::from(level),
            Value::from(self.rule_set.as_str()),
            Value::from(self.region.as_str()),
            Value::from(self.initials.as_str()),
            Value::from(birthday),
        ];
        if !self.help.is_empty() {
            said.push(Value::from(self.help.as_str()));
        }
        let mut claims = vec![
            entry(ISS, Value::from(self.issuer.as_str())),
            entry(EXP, Value::from(self.expires.as_second())),
            entry(IAT, Value::from(self.issued.as_second())),
            entry(CTI, Value::Bytes(self.id.0.to_vec())),
        ];
        claims.extend(self.holder.map(|holder| entry(CNF, holder.to_cbor())));
        claims.push(entry(HCERT, Value::Map(vec![entry(CLEANBILL, Value::Array(said))])));
        Ok(crate::cbor::write(&Value::Map(claims)))
    }

    /// The claims in the payload of an envelope.
    ///
    /// # Errors
    /// A claim is missing, not of its form, or out of its bounds.
    pub(crate) fn from_cbor(payload: &Value) -> Result<Self, ClaimsError> {
        let map = payload.as_map().ok_or(ClaimsError::Claim("claims"))?;
        let pass = at(map, HCERT).and_then(Value::as_map).and_then(|hcert| at(hcert, CLEANBILL));
        let pass = pass.and_then(Value::as_array).ok_or(ClaimsError::Claim("hcert"))?;
        let text = |index: usize, name| -> Result<String, ClaimsError> {
            pass.get(index).and_then(Value::as_text).map(str::to_owned).ok_or(ClaimsError::Claim(name))
        };
        let number = |index: usize, name| -> Result<i64, ClaimsError> {
            pass.get(index).and_then(integer).ok_or(ClaimsError::Claim(name))
        };
        let version = number(0, "version")?;
        if version != VERSION {
            return Err(ClaimsError::Version(version));
        }
        let level = match number(1, "level")? {
            0 => Level::Green,
            1 => Level::Yellow,
            2 => Level::Red,
            _ => return Err(ClaimsError::Claim("level")),
        };
        if pass.len() > 7 {
            return Err(ClaimsError::Claim("hcert"));
        }
        let holder = match at(map, CNF) {
            None => None,
            Some(cnf) => Some(HolderKey::from_cbor(cnf).ok_or(ClaimsError::Claim("cnf"))?),
        };
        let id = at(map, CTI).and_then(Value::as_bytes).and_then(|id| id.as_slice().try_into().ok());
        let claims = Self {
            issuer: issuer(map).ok_or(ClaimsError::Claim("iss"))?.to_owned(),
            issued: issued(map).ok_or(ClaimsError::Claim("iat"))?,
            expires: expires(map).ok_or(ClaimsError::Claim("exp"))?,
            id: PassId(id.ok_or(ClaimsError::Claim("cti"))?),
            holder,
            level,
            rule_set: text(2, "rule set")?,
            region: text(3, "region")?,
            initials: text(4, "initials")?,
            birthday: birthday(number(5, "birthday")?)?,
            help: if pass.len() > 6 { text(6, "help")? } else { String::new() },
        };
        claims.validate()?;
        Ok(claims)
    }
}

fn birthday(number: i64) -> Result<Option<Birthday>, ClaimsError> {
    if number == 0 {
        return Ok(None);
    }
    let parts = (u8::try_from(number / 100), u8::try_from(number % 100));
    let (Ok(month), Ok(day)) = parts else {
        return Err(ClaimsError::Claim("birthday"));
    };
    Birthday::new(month, day).map(Some)
}

pub(crate) fn issuer(claims: &[(Value, Value)]) -> Option<&str> {
    at(claims, ISS)?.as_text()
}

pub(crate) fn issued(claims: &[(Value, Value)]) -> Option<Timestamp> {
    numeric_date(at(claims, IAT)?)
}

pub(crate) fn expires(claims: &[(Value, Value)]) -> Option<Timestamp> {
    numeric_date(at(claims, EXP)?)
}

/// A `NumericDate` (RFC 8392, section 2): whole seconds, or a floating-point number as some EU issuers write.
fn numeric_date(value: &Value) -> Option<Timestamp> {
    if let Some(seconds) = integer::<i64>(value) {
        return Timestamp::from_second(seconds).ok();
    }
    let seconds = value.as_float()?;
    // Beyond these bounds there is no `Timestamp`, and inside them every whole number is an exact f64.
    if !seconds.is_finite() || seconds.abs() > 1e11 {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "rounded down, and checked to fit")]
    Timestamp::from_second(seconds.floor() as i64).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> Claims {
        Claims {
            issuer: "Hangzhou CDC".to_owned(),
            issued: "2026-11-23T08:00:00Z".parse().unwrap(),
            expires: "2026-11-23T09:05:00Z".parse().unwrap(),
            id: PassId::new([1, 2, 3, 4, 5, 6, 7, 8]),
            holder: None,
            level: Level::Yellow,
            rule_set: "proportionate-1".to_owned(),
            region: "330100".to_owned(),
            initials: "Z.W.".to_owned(),
            birthday: Some(Birthday::new(2, 29).unwrap()),
            help: "12320".to_owned(),
        }
    }

    fn read(claims: &Claims) -> Result<Claims, ClaimsError> {
        Claims::from_cbor(&crate::cbor::read(&claims.to_bytes()?).unwrap())
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(read(&claims()), Ok(claims()));
        let bare = Claims { help: String::new(), birthday: None, initials: String::new(), ..claims() };
        assert_eq!(read(&bare), Ok(bare));
    }

    #[test]
    fn a_pass_for_more_than_a_day_cannot_be_written() {
        let issued = claims().issued;
        let until = |hours| Claims { expires: issued + SignedDuration::from_hours(hours), ..claims() };
        assert!(until(24).validate().is_ok());
        assert!(matches!(until(25).to_bytes(), Err(ClaimsError::Lifetime(..))));
        assert!(matches!(until(0).to_bytes(), Err(ClaimsError::Lifetime(..))));
    }

    #[test]
    fn texts_have_an_end() {
        let long = Claims { initials: "Z".repeat(13), ..claims() };
        assert_eq!(long.to_bytes(), Err(ClaimsError::Text("initials", 12)));
        let control = Claims { region: "33\n01".to_owned(), ..claims() };
        assert_eq!(control.to_bytes(), Err(ClaimsError::Text("region", 16)));
    }

    #[test]
    fn a_birthday_is_a_day() {
        for (text, good) in
            [("02-29", true), ("12-31", true), ("02-30", false), ("00-01", false), ("1", false)]
        {
            assert_eq!(text.parse::<Birthday>().is_ok(), good, "{text}");
        }
        assert_eq!(birthday(1_332), Err(ClaimsError::Claim("birthday")));
        assert_eq!(birthday(-101), Err(ClaimsError::Claim("birthday")));
    }
}
