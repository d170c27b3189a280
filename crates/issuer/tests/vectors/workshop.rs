//! Test keys, and the tools that make good and bad passes with them.

use ciborium::Value;
use evidence::Level;
use issuer::{Signer, SoftwareKey, issue, publish_filter, publish_trust_list};
use jiff::Timestamp;
use pass::{
    Algorithm, Checker, Claims, Edition, HolderKey, PassId, Policy, Revocations, TrustList, TrustListEntry,
    TrustedKey, Unpacker, UnsignedEnvelope, Usages, from_base45, proof::Unproven, unprefix,
};

pub(crate) struct Workshop {
    pub(crate) issuer: SoftwareKey,
    pub(crate) retired: SoftwareKey,
    pub(crate) tester: SoftwareKey,
    pub(crate) stranger: SoftwareKey,
    pub(crate) publisher: SoftwareKey,
    pub(crate) phone: SoftwareKey,
    pub(crate) other_phone: SoftwareKey,
}

fn key(seed: u8) -> SoftwareKey {
    SoftwareKey::generate(&mut |bytes| bytes.fill(seed))
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The bytes of the envelope in a text.
pub(crate) fn unpacked(text: &str) -> Vec<u8> {
    Unpacker::default().unpack(&from_base45(unprefix(text).unwrap()).unwrap()).unwrap().to_vec()
}

/// The text of bytes that need not be an envelope.
pub(crate) fn packed(bytes: &[u8]) -> String {
    pass::write(bytes)
}

pub(crate) fn cbor(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

pub(crate) fn parsed(bytes: &[u8]) -> Option<Value> {
    ciborium::from_reader(bytes).ok()
}

/// Whether two envelopes are the same CBOR, written differently: some bits of CBOR do not matter, such as those that
/// tell a length of 24 in two ways, or an unprotected header that is not looked at.
pub(crate) fn says_the_same(left: &[u8], right: &[u8]) -> bool {
    let (Some(Value::Tag(_, left)), Some(Value::Tag(tag, right))) = (parsed(left), parsed(right)) else {
        return false;
    };
    let (left, right) = (left.into_array().unwrap(), right.into_array().unwrap_or_default());
    // The unprotected header of the countersignature holds nothing.
    tag == 18
        && right.len() == 4
        && [0, 2, 3].iter().all(|part| left[*part] == right[*part])
        && left[1] == right[1]
}

impl Workshop {
    pub(crate) fn new() -> Self {
        Self {
            issuer: key(1),
            retired: key(2),
            tester: key(3),
            stranger: key(4),
            publisher: key(5),
            phone: key(6),
            other_phone: key(7),
        }
    }

    pub(crate) fn private_keys(&self) -> [(&'static str, &SoftwareKey); 3] {
        [
            ("issuer-private.pem", &self.issuer),
            ("phone-private.pem", &self.phone),
            ("publisher-private.pem", &self.publisher),
        ]
    }

    pub(crate) fn anchor(&self) -> TrustedKey {
        TrustedKey::from_spki(self.publisher.spki(), "publisher").unwrap()
    }

    fn entry(
        key: &SoftwareKey,
        name: &str,
        issuer: Option<&str>,
        until: Option<&str>,
        usages: Usages,
    ) -> TrustListEntry {
        let key_of = TrustedKey {
            issuer: issuer.map(str::to_owned),
            not_after: until.map(time),
            usages,
            help: [("en".to_owned(), "Call 12320".to_owned()), ("zh".to_owned(), "请拨打12320".to_owned())]
                .into(),
            ..TrustedKey::from_spki(key.spki(), name).unwrap()
        };
        TrustListEntry { key: key_of, spki: key.spki().to_vec() }
    }

    fn edition() -> Edition {
        Edition { version: 7, issued: time("2026-11-23T00:00:00Z"), expires: time("2026-11-25T00:00:00Z") }
    }

    pub(crate) fn trust_list(&self) -> Vec<u8> {
        let entries = vec![
            Self::entry(&self.issuer, "Hangzhou CDC", Some("HZ"), None, Usages::PASS),
            Self::entry(
                &self.retired,
                "Hangzhou CDC, old",
                Some("HZ"),
                Some("2026-11-23T08:10:00Z"),
                Usages::PASS,
            ),
            Self::entry(
                &self.tester,
                "Laboratory",
                None,
                None,
                Usages::TEST | Usages::VACCINATION | Usages::RECOVERY,
            ),
        ];
        publish_trust_list(&TrustList { edition: Self::edition(), entries }, &self.publisher).unwrap()
    }

    /// The filter ends half a day before the trust list.
    pub(crate) fn filter(&self) -> Vec<u8> {
        let edition = Edition { expires: time("2026-11-24T12:00:00Z"), ..Self::edition() };
        let revoked: Vec<PassId> =
            (0..100_u64).map(|id| PassId::new((id | 0xff00_0000).to_be_bytes())).collect();
        publish_filter(edition, &revoked, &[self.claims().id], &mut |bytes| bytes.fill(9), &self.publisher)
            .unwrap()
    }

    pub(crate) fn checker(&self) -> Checker {
        let trust = TrustList::read(&self.trust_list(), &[self.anchor()]).unwrap();
        let filter = Revocations::read(&self.filter(), &[self.anchor()]).unwrap();
        Checker::new(trust.to_store(), Policy::default()).with_revocations(filter)
    }

    /// A good paper pass from 08:00 to 20:00.
    pub(crate) fn claims(&self) -> Claims {
        Claims {
            issuer: "HZ".to_owned(),
            issued: time("2026-11-23T08:00:00Z"),
            expires: time("2026-11-23T20:00:00Z"),
            id: PassId::new([1, 2, 3, 4, 5, 6, 7, 8]),
            holder: None,
            level: Level::Green,
            rule_set: "p-1".to_owned(),
            region: "3301".to_owned(),
            initials: "Z.W.".to_owned(),
            birthday: Some("02-29".parse().unwrap()),
            help: String::new(),
        }
    }

    pub(crate) fn paper(&self, change: impl FnOnce(&mut Claims)) -> String {
        let mut claims = self.claims();
        change(&mut claims);
        issue(&claims, &self.issuer).unwrap()
    }

    pub(crate) fn live(&self) -> String {
        self.paper(|claims| claims.holder = Some(HolderKey::new(&self.phone.public_sec1()).unwrap()))
    }

    pub(crate) fn proven(&self, text: &str, at: &str) -> String {
        self.proven_by(&self.phone, text, at)
    }

    pub(crate) fn proven_by(&self, phone: &SoftwareKey, text: &str, at: &str) -> String {
        let unproven = Unproven::new(text, time(at)).unwrap();
        let signature = phone.sign(&unproven.to_be_signed()).unwrap();
        unproven.attach(&signature).unwrap()
    }

    /// An envelope around any payload, by any key under any id and algorithm.
    pub(crate) fn forged(
        &self,
        payload: Vec<u8>,
        key: &SoftwareKey,
        named: &SoftwareKey,
        algorithm: Algorithm,
    ) -> String {
        let envelope = UnsignedEnvelope::new(payload, algorithm, &named.key_id());
        let signature = key.sign(&envelope.to_be_signed()).unwrap();
        packed(&envelope.sign(signature))
    }

    /// A pass of the issuer with claims that the issuer would not sign.
    pub(crate) fn with_payload(&self, change: impl FnOnce(&mut Vec<(Value, Value)>)) -> String {
        let mut claims = parsed(&self.claims().to_bytes().unwrap()).unwrap().into_map().unwrap();
        change(&mut claims);
        self.forged(cbor(&Value::Map(claims)), &self.issuer, &self.issuer, Algorithm::Es256)
    }

    /// A certificate of the EU, signed by the laboratory or another.
    pub(crate) fn certificate(&self, kind: &str, entry: &[(&str, Value)], key: &SoftwareKey) -> String {
        let text = |text: &str| Value::from(text);
        let mut fields: Vec<(Value, Value)> =
            entry.iter().map(|(name, value)| (text(name), value.clone())).collect();
        for (name, value) in
            [("tg", "840539006"), ("co", "AT"), ("is", "Laboratory"), ("ci", "URN:UVCI:01:AT:1#2")]
        {
            fields.push((text(name), text(value)));
        }
        let name = vec![(text("fnt"), text("MUSTERFRAU")), (text("gnt"), text("GABRIELE"))];
        let certificate = vec![
            (text("ver"), text("1.3.0")),
            (text("nam"), Value::Map(name)),
            (text("dob"), text("1998-02-26")),
            (text(kind), Value::Array(vec![Value::Map(fields)])),
        ];
        let hcert = vec![(Value::from(1), Value::Map(certificate))];
        let claims = vec![
            (Value::from(1), text("AT")),
            (Value::from(4), Value::from(time("2026-12-31T00:00:00Z").as_second())),
            (Value::from(6), Value::from(time("2026-11-23T08:00:00Z").as_second())),
            (Value::from(-260), Value::Map(hcert)),
        ];
        self.forged(cbor(&Value::Map(claims)), key, key, Algorithm::Es256)
    }
}
