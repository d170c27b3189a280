//! The ceremonies of Web Authentication, level 3: what is asked of a browser, and whether what it answers is right.

use serde::{Deserialize, Serialize};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions, Registration,
    RegistrationServerState,
    bin::{Decode, Encode},
    request::{
        AsciiDomain, PublicKeyCredentialDescriptor, RpId, TimedCeremony,
        auth::AuthenticationVerificationOptions,
        register::{
            CredProtect, PublicKeyCredentialUserEntity, RegistrationVerificationOptions, UserHandle, Username,
        },
    },
    response::{
        AuthTransports, CredentialId,
        register::{CompressedPubKey, DynamicState, StaticState},
    },
};

use crate::error::OfficeError;

/// Bytes by which an authenticator knows whose a passkey is: a keyed hash, so that it tells nothing.
const HANDLE_BYTES: usize = 32;

/// Whose a passkey is, as authenticators know it.
pub(super) type Handle = [u8; HANDLE_BYTES];

type PublicKey = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

/// The site that a passkey answers to, and no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    origin: String,
    domain: RpId,
}

impl Site {
    /// The site at an address such as `https://pass.example.org`. A number in place of a name has no passkeys.
    #[must_use]
    pub fn at(public_url: &str) -> Option<Site> {
        let (_, rest) = public_url.split_once("://")?;
        let authority = rest.split('/').next()?;
        let host = authority.split(':').next()?;
        let is_number = host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
        let domain = AsciiDomain::try_from(host.to_ascii_lowercase()).ok().filter(|_| !is_number)?;
        let origin = public_url.get(..public_url.len() - rest.len() + authority.len())?.to_ascii_lowercase();
        Some(Site { origin, domain: RpId::Domain(domain) })
    }
}

/// A public key that stays with its passkey, and what its authenticator told of itself.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Credential {
    id: Vec<u8>,
    transports: u8,
    key: Vec<u8>,
    state: Vec<u8>,
}

/// What is asked of a browser, and what is to be kept until it answers.
pub(super) struct Asked {
    /// For `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`.
    pub(super) options: serde_json::Value,
    /// By what the answer is matched with this.
    pub(super) challenge: String,
    /// The rest.
    pub(super) state: Vec<u8>,
}

/// An answer that is not one to what was asked, with the reason for whoever looks after the service.
fn not_an_answer(why: impl std::fmt::Display) -> OfficeError {
    OfficeError::refused(format!("the passkey was not accepted: {why}"), "begin again, on the page itself")
}

fn unreadable(why: impl std::fmt::Display) -> OfficeError {
    OfficeError::Unreadable(why.to_string())
}

/// The challenge as it is looked up.
fn named(challenge: u128) -> String {
    format!("{challenge:032x}")
}

fn credential_id(bytes: &[u8]) -> Result<CredentialId<Vec<u8>>, OfficeError> {
    CredentialId::<Vec<u8>>::decode(bytes.to_vec()).map_err(unreadable)
}

/// Asks for a new passkey, on an authenticator that holds none of those that are known.
pub(super) fn ask_new(
    site: &Site,
    handle: Handle,
    name: &str,
    known: &[Credential],
) -> Result<Asked, OfficeError> {
    let handle = UserHandle::<HANDLE_BYTES>::decode(handle).map_err(unreadable)?;
    // Some names of people are no user names (RFC 8265); the authenticator then shows this.
    let name = Username::try_from(name).or_else(|_| Username::try_from("cleanbill")).map_err(unreadable)?;
    let mut excluded = Vec::with_capacity(known.len());
    for of in known {
        let transports = AuthTransports::decode(of.transports).map_err(unreadable)?;
        excluded.push(PublicKeyCredentialDescriptor { id: credential_id(&of.id)?, transports });
    }
    let user = PublicKeyCredentialUserEntity { name, id: &handle, display_name: None };
    let mut options = PublicKeyCredentialCreationOptions::passkey(&site.domain, user, excluded);
    // Authenticators that do not know the extension could make no passkey. That its owner unlocked it is asked for at every sign-in.
    options.extensions.cred_protect = CredProtect::None;
    let (server, client) = options.start_ceremony().map_err(unreadable)?;
    Ok(Asked {
        options: public_key(serde_json::to_value(&client)?),
        challenge: named(server.sent_challenge().0),
        state: server.encode().map_err(unreadable)?,
    })
}

/// Asks for any passkey of the site.
pub(super) fn ask_any(site: &Site) -> Result<Asked, OfficeError> {
    let options = DiscoverableCredentialRequestOptions::passkey(&site.domain);
    let (server, client) = options.start_ceremony().map_err(unreadable)?;
    Ok(Asked {
        options: public_key(serde_json::to_value(&client)?),
        challenge: named(server.sent_challenge().0),
        state: server.encode().map_err(unreadable)?,
    })
}

/// The part of the options that browsers parse.
fn public_key(options: serde_json::Value) -> serde_json::Value {
    match options {
        serde_json::Value::Object(mut parts) if parts.contains_key("publicKey") => {
            parts.remove("publicKey").unwrap_or_default()
        }
        other => other,
    }
}

/// A browser's answer with a new passkey.
pub(super) struct Made(Registration);

impl Made {
    /// Reads what `PublicKeyCredential.toJSON()` gave.
    pub(super) fn read(answer: &serde_json::Value) -> Result<Self, OfficeError> {
        Ok(Made(Registration::from_json_relaxed(&serde_json::to_vec(answer)?).map_err(not_an_answer)?))
    }

    pub(super) fn challenge(&self) -> Result<String, OfficeError> {
        Ok(named(self.0.challenge_relaxed().map_err(not_an_answer)?.0))
    }

    /// The passkey, where it answers what was asked.
    pub(super) fn checked(&self, site: &Site, state: &[u8]) -> Result<Credential, OfficeError> {
        let state = RegistrationServerState::<HANDLE_BYTES>::decode(state).map_err(unreadable)?;
        let origins = [site.origin.as_str()];
        let options = RegistrationVerificationOptions::<&str, &str> {
            allowed_origins: &origins,
            ..RegistrationVerificationOptions::default()
        };
        let made = state.verify(&site.domain, &self.0, &options).map_err(not_an_answer)?;
        Ok(Credential {
            id: made.id().as_ref().to_vec(),
            transports: made.transports().encode().map_err(unreadable)?,
            key: made.static_state().encode().map_err(unreadable)?,
            state: made.dynamic_state().encode().map_err(unreadable)?.to_vec(),
        })
    }
}

/// A browser's answer with a passkey that is known.
pub(super) struct Shown(DiscoverableAuthentication<HANDLE_BYTES>);

impl Shown {
    /// Reads what `PublicKeyCredential.toJSON()` gave.
    pub(super) fn read(answer: &serde_json::Value) -> Result<Self, OfficeError> {
        let read = DiscoverableAuthentication::from_json_relaxed(&serde_json::to_vec(answer)?);
        Ok(Shown(read.map_err(not_an_answer)?))
    }

    pub(super) fn challenge(&self) -> Result<String, OfficeError> {
        Ok(named(self.0.challenge_relaxed().map_err(not_an_answer)?.0))
    }

    pub(super) fn handle(&self) -> Result<Handle, OfficeError> {
        self.0.response().user_handle().encode().map_err(unreadable)
    }

    pub(super) fn is_of(&self, credential: &Credential) -> bool {
        self.0.raw_id().as_ref() == credential.id
    }

    /// Whether the passkey answers what was asked; what its authenticator told of itself may have changed by it.
    pub(super) fn is_right(
        &self,
        site: &Site,
        state: &[u8],
        credential: &mut Credential,
    ) -> Result<bool, OfficeError> {
        let asked = DiscoverableAuthenticationServerState::decode(state).map_err(unreadable)?;
        let key = StaticState::<PublicKey>::decode(&credential.key).map_err(unreadable)?;
        let told = credential.state.as_slice().try_into().map_err(unreadable)?;
        let told = DynamicState::decode(told).map_err(unreadable)?;
        let id = CredentialId::<&[u8]>::decode(&credential.id).map_err(unreadable)?;
        let handle = self.0.response().user_handle();
        let mut known = AuthenticatedCredential::new(id, handle, key, told).map_err(unreadable)?;
        let origins = [site.origin.as_str()];
        let options = AuthenticationVerificationOptions::<&str, &str> {
            allowed_origins: &origins,
            ..AuthenticationVerificationOptions::default()
        };
        let Ok(has_changed) = asked.verify(&site.domain, &self.0, &mut known, &options) else {
            return Ok(false);
        };
        if has_changed {
            credential.state = known.dynamic_state().encode().map_err(unreadable)?.to_vec();
        }
        Ok(true)
    }
}
