//! The live proof of a pass: the phone signs, with a key that cannot leave it, that it is here now.

use pass::proof::Unproven;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::instant;

/// A pass that waits for the signature of its phone.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Proof {
    unproven: Unproven,
}

/// Prepares the proof of a pass at an instant.
///
/// # Errors
/// The text is not a pass.
#[wasm_bindgen]
pub fn prove(pass: &str, at: f64) -> Result<Proof, String> {
    let unproven = Unproven::new(pass, instant(at)?).map_err(|error| error.to_string())?;
    Ok(Proof { unproven })
}

#[wasm_bindgen]
impl Proof {
    /// The bytes that the phone signs: ECDSA on P-256 with SHA-256, as WebCrypto does it.
    #[wasm_bindgen(js_name = toBeSigned)]
    #[must_use]
    pub fn to_be_signed(&self) -> Vec<u8> {
        self.unproven.to_be_signed()
    }

    /// The text of the pass with its proof, for a QR code.
    ///
    /// # Errors
    /// The signature does not have the 64 bytes that WebCrypto gives.
    pub fn attach(self, signature: &[u8]) -> Result<String, String> {
        self.unproven.attach(signature).map_err(|error| error.to_string())
    }
}
