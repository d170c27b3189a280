//! By what a push service knows this office (RFC 8292): a key, and whom to write to.

use axum::http::{HeaderValue, Uri};
use data_encoding::BASE64URL_NOPAD as BASE64;
use jiff::{SignedDuration, Timestamp};
use p256::{
    ecdsa::{Signature, SigningKey, signature::Signer as _},
    pkcs8::DecodePrivateKey as _,
};

/// How long a signature counts: a day at most.
const SIGNED_FOR: SignedDuration = SignedDuration::from_hours(12);

pub(super) struct Identification {
    key: SigningKey,
    public_key: String,
    contact: String,
}

impl Identification {
    pub(super) fn new(key: &str, contact: &str) -> Result<Self, String> {
        if !contact.starts_with("mailto:") && !contact.starts_with("https://") {
            return Err("the contact for push services begins with mailto: or https://".to_owned());
        }
        let key = SigningKey::from_pkcs8_pem(key);
        let key =
            key.map_err(|_| "the key for push services is no P-256 private key in PEM (PKCS#8)".to_owned())?;
        let public_key = BASE64.encode(&key.verifying_key().to_sec1_bytes());
        Ok(Identification { key, public_key, contact: contact.to_owned() })
    }

    /// As browsers are told it: an uncompressed point in Base64 for addresses.
    pub(super) fn public_key(&self) -> &str {
        &self.public_key
    }

    /// What stands in the header of a message to an address.
    pub(super) fn authorization(&self, to: &Uri, at: Timestamp) -> Option<HeaderValue> {
        let audience = format!("{}://{}", to.scheme_str()?, to.authority()?);
        let expires = at.checked_add(SIGNED_FOR).ok()?.as_second();
        let claims = serde_json::json!({ "aud": audience, "exp": expires, "sub": self.contact }).to_string();
        let header = BASE64.encode(br#"{"typ":"JWT","alg":"ES256"}"#);
        let signed = format!("{header}.{}", BASE64.encode(claims.as_bytes()));
        let signature: Signature = self.key.sign(signed.as_bytes());
        let token = format!("{signed}.{}", BASE64.encode(&signature.to_bytes()));
        let mut value = HeaderValue::from_str(&format!("vapid t={token}, k={}", self.public_key)).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use p256::{
        ecdsa::{VerifyingKey, signature::Verifier as _},
        pkcs8::{EncodePrivateKey as _, LineEnding},
    };

    use super::*;

    fn verified(header: &str) -> (serde_json::Value, String) {
        let (token, key) = header.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let bytes = |text: &str| BASE64.decode(text.as_bytes()).unwrap();
        let key_of = VerifyingKey::from_sec1_bytes(&bytes(key)).unwrap();
        key_of.verify(signed.as_bytes(), &Signature::from_slice(&bytes(signature)).unwrap()).unwrap();
        (serde_json::from_slice(&bytes(signed.split_once('.').unwrap().1)).unwrap(), key.to_owned())
    }

    #[test]
    fn the_example_of_the_standard_is_verified_and_ours_says_the_same() {
        // RFC 8292, section 2.4.
        let example = "vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1\
                       MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9oj\
                       FwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA, k=BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPC\
                       fA5aq9ojSwk5Y2EmClBPs";
        let (theirs, _) = verified(example);
        let key = SigningKey::from_slice(&[7; 32]).unwrap();
        let office =
            Identification::new(&key.to_pkcs8_pem(LineEnding::LF).unwrap(), "mailto:push@example.com")
                .unwrap();
        let at = Timestamp::from_second(theirs["exp"].as_i64().unwrap() - 12 * 3600).unwrap();
        let to: Uri = "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV".parse().unwrap();
        let header = office.authorization(&to, at).unwrap();
        let (ours, public_key) = verified(header.to_str().unwrap());
        assert_eq!((ours, public_key.as_str()), (theirs, office.public_key()));
        assert!(Identification::new("no key", "mailto:push@example.com").is_err());
    }
}
