//! Passkeys, on every database, with an authenticator made of a few lines.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod town;

use ciborium::Value as Cbor;
use data_encoding::BASE64URL_NOPAD as BASE64;
use office::{Actor, Clock as _, NewAccount, NoticeAbout, OfficeError, Role, SignInTimes, SignedIn, Site};
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use town::{Town, everywhere, officer};

const ORIGIN: &str = "https://pass.example.org";

/// A phone that makes and shows one passkey (CTAP 2, ES256, no attestation), after its owner unlocked it.
struct Phone {
    key: SigningKey,
    id: [u8; 32],
    owner: String,
    origin: String,
    is_unlocked: bool,
}

impl Phone {
    fn new(seed: u8) -> Self {
        Phone {
            key: SigningKey::from_slice(&[seed; 32]).unwrap(),
            id: [seed; 32],
            owner: String::new(),
            origin: ORIGIN.to_owned(),
            is_unlocked: true,
        }
    }

    fn client_data(&self, kind: &str, asked: &Value) -> String {
        json!({ "type": kind, "challenge": asked["challenge"], "origin": self.origin, "crossOrigin": false })
            .to_string()
    }

    /// The beginning of what it signs: the site, and that its owner was there and unlocked it.
    fn told(&self, domain: &str, more: u8) -> Vec<u8> {
        let mut told = Sha256::digest(domain).to_vec();
        told.push(1 | if self.is_unlocked { 4 } else { 0 } | more);
        told.extend([0; 4]);
        told
    }

    fn make(&mut self, asked: &Value) -> Value {
        self.owner = asked["user"]["id"].as_str().unwrap().to_owned();
        let client_data = self.client_data("webauthn.create", asked);
        let point = self.key.verifying_key().to_sec1_point(false);
        let key = Cbor::Map(vec![
            (1.into(), 2.into()),
            (3.into(), (-7).into()),
            ((-1).into(), 1.into()),
            ((-2).into(), Cbor::Bytes(point.x().unwrap().to_vec())),
            ((-3).into(), Cbor::Bytes(point.y().unwrap().to_vec())),
        ]);
        let mut told = self.told(asked["rp"]["id"].as_str().unwrap(), 0x40);
        told.extend([0; 16]);
        told.extend(32_u16.to_be_bytes());
        told.extend(self.id);
        ciborium::into_writer(&key, &mut told).unwrap();
        let object = Cbor::Map(vec![
            ("fmt".into(), "none".into()),
            ("attStmt".into(), Cbor::Map(Vec::new())),
            ("authData".into(), Cbor::Bytes(told)),
        ]);
        let mut bytes = Vec::new();
        ciborium::into_writer(&object, &mut bytes).unwrap();
        self.answer(json!({
            "clientDataJSON": BASE64.encode(client_data.as_bytes()),
            "attestationObject": BASE64.encode(&bytes),
            "transports": ["internal"],
        }))
    }

    fn show(&self, asked: &Value) -> Value {
        let client_data = self.client_data("webauthn.get", asked);
        let told = self.told(asked["rpId"].as_str().unwrap(), 0);
        let signed = [told.as_slice(), &Sha256::digest(&client_data)].concat();
        let signature: Signature = self.key.sign(&signed);
        self.answer(json!({
            "clientDataJSON": BASE64.encode(client_data.as_bytes()),
            "authenticatorData": BASE64.encode(&told),
            "signature": BASE64.encode(signature.to_der().as_bytes()),
            "userHandle": self.owner,
        }))
    }

    fn answer(&self, response: Value) -> Value {
        let id = BASE64.encode(&self.id);
        json!({
            "id": id, "rawId": id, "type": "public-key", "authenticatorAttachment": "platform",
            "clientExtensionResults": {}, "response": response,
        })
    }
}

fn site() -> Site {
    Site::at(ORIGIN).unwrap()
}

/// Adds a passkey to the account of somebody who is signed in.
async fn added(town: &Town, who: &SignedIn, phone: &mut Phone) {
    let asked = town.office.ask_new_passkey(&who.actor, &who.token, &site()).await.unwrap();
    let made = phone.make(&asked);
    town.office.add_passkey(&who.actor, &site(), "my phone", &made).await.unwrap();
}

async fn shown(town: &Town, phone: &Phone) -> Result<SignedIn, OfficeError> {
    let asked = town.office.ask_passkey(&site()).await.unwrap();
    town.office.sign_in_by_passkey(&site(), &phone.show(&asked)).await
}

async fn resident(town: &Town) -> SignedIn {
    let contact = "tel:+86 571 0001";
    let sent = town.office.request_code(contact).await.unwrap();
    let given = office::Registration { name: "马 Ma".to_owned(), ..office::Registration::default() };
    town.office.register_by_code(contact, &sent.code, &given).await.unwrap()
}

async fn officer_signed_in(town: &Town) -> SignedIn {
    let new = NewAccount {
        name: "li".to_owned(),
        role: Role::Investigator,
        body: "health/commission".parse().unwrap(),
        password: "three plain words".to_owned(),
    };
    let operator = officer("operator-1", Role::Operator, "data/bureau");
    let secret = town.office.open_account(&operator, &new).await.unwrap();
    town.office.sign_in("li", "three plain words", &secret.code(town.clock.now())).await.unwrap()
}

#[tokio::test]
async fn a_resident_adds_a_passkey_is_told_and_signs_in_by_it() {
    everywhere(200, async |town| {
        let who = resident(&town).await;
        let mut phone = Phone::new(9);
        added(&town, &who, &mut phone).await;
        let told = town.office.notices(10).await.unwrap();
        assert!(told.iter().any(|notice| notice.about == NoticeAbout::Passkey));
        let again = shown(&town, &phone).await.unwrap();
        assert_eq!(again.actor, who.actor);
        assert!(town.office.session(&again.token).await.unwrap().is_some());
        let own = town.office.passkeys(&who.actor).await.unwrap();
        assert_eq!(own.len(), 1);
        assert_eq!((own[0].1.name.as_str(), own[0].1.used), ("my phone", Some(town.clock.now())));
        town.office.remove_passkey(&who.actor, &own[0].0).await.unwrap();
        assert!(matches!(shown(&town, &phone).await, Err(OfficeError::SignIn)));
    })
    .await;
}

#[tokio::test]
async fn an_officer_signs_in_by_a_passkey_until_the_account_is_closed() {
    everywhere(200, async |town| {
        let who = officer_signed_in(&town).await;
        let mut phone = Phone::new(9);
        added(&town, &who, &mut phone).await;
        assert_eq!(shown(&town, &phone).await.unwrap().actor, who.actor);
        let operator = officer("operator-1", Role::Operator, "data/bureau");
        town.office.close_account(&operator, "li").await.unwrap();
        assert!(matches!(shown(&town, &phone).await, Err(OfficeError::SignIn)));
    })
    .await;
}

#[tokio::test]
async fn an_officer_who_signed_in_long_ago_adds_none() {
    everywhere(200, async |town| {
        let who = officer_signed_in(&town).await;
        town.minutes(16).await;
        let asked = town.office.ask_new_passkey(&who.actor, &who.token, &site()).await;
        assert!(matches!(asked, Err(OfficeError::Refused { .. })), "{asked:?}");
        assert_eq!(SignInTimes::default().officer.as_hours(), 10);
    })
    .await;
}

#[tokio::test]
async fn an_answer_counts_once_soon_and_for_whom_it_was_asked() {
    everywhere(200, async |town| {
        let who = resident(&town).await;
        let mut phone = Phone::new(9);
        added(&town, &who, &mut phone).await;
        // Once.
        let asked = town.office.ask_passkey(&site()).await.unwrap();
        let answer = phone.show(&asked);
        town.office.sign_in_by_passkey(&site(), &answer).await.unwrap();
        let again = town.office.sign_in_by_passkey(&site(), &answer).await;
        assert!(matches!(again, Err(OfficeError::SignIn)), "{again:?}");
        // Soon.
        let asked = town.office.ask_passkey(&site()).await.unwrap();
        town.minutes(6).await;
        let late = town.office.sign_in_by_passkey(&site(), &phone.show(&asked)).await;
        assert!(matches!(late, Err(OfficeError::SignIn)), "{late:?}");
        // What one account was asked, another does not answer.
        let officer = officer_signed_in(&town).await;
        let asked = town.office.ask_new_passkey(&officer.actor, &officer.token, &site()).await.unwrap();
        let made = Phone::new(10).make(&asked);
        let stolen = town.office.add_passkey(&who.actor, &site(), "another's", &made).await;
        assert!(matches!(stolen, Err(OfficeError::Refused { .. })), "{stolen:?}");
    })
    .await;
}

#[tokio::test]
async fn a_false_page_a_locked_phone_and_another_key_do_not_sign_in() {
    everywhere(200, async |town| {
        let who = resident(&town).await;
        let mut phone = Phone::new(9);
        added(&town, &who, &mut phone).await;
        let tricks: [fn(&mut Phone); 4] = [
            |phone| phone.origin = "https://pass.example.org.evil.example".to_owned(),
            |phone| phone.is_unlocked = false,
            |phone| phone.key = SigningKey::from_slice(&[8; 32]).unwrap(),
            |phone| phone.id = [8; 32],
        ];
        for trick in tricks {
            let mut other = Phone { owner: phone.owner.clone(), ..Phone::new(9) };
            trick(&mut other);
            assert!(matches!(shown(&town, &other).await, Err(OfficeError::SignIn)));
        }
        assert!(shown(&town, &phone).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn a_passkey_is_in_what_a_person_takes_along_and_goes_when_they_leave() {
    everywhere(200, async |town| {
        let who = resident(&town).await;
        let Actor::Resident(person) = &who.actor else { panic!("a resident") };
        let mut phone = Phone::new(9);
        added(&town, &who, &mut phone).await;
        assert_eq!(town.office.export(&who.actor, person).await.unwrap().passkeys.len(), 1);
        town.office.erase(&who.actor, person).await.unwrap();
        assert!(matches!(shown(&town, &phone).await, Err(OfficeError::SignIn)));
    })
    .await;
}

#[test]
fn a_number_is_no_site_and_a_port_is_part_of_where_a_page_is() {
    for number in ["http://127.0.0.1:8080", "http://[::1]:8080", "nothing"] {
        assert_eq!(Site::at(number), None, "{number}");
    }
    assert!(Site::at("http://localhost:8080").is_some());
    assert_ne!(Site::at("https://a.example"), Site::at("https://a.example:8443"));
}
