//! A message that only one browser can read (RFC 8291, over RFC 8188 with a single record).

use hkdf::Hkdf;
use office::Browser;
use p256::{PublicKey, SecretKey, ecdh::diffie_hellman};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sha2::Sha256;

/// Size of a record, of which a message has one.
const RECORD_BYTES: u32 = 4_096;
/// The mark behind the content of the last record.
const LAST: u8 = 2;

fn derived<const N: usize>(salt: &[u8], from: &[u8], info: &[&[u8]]) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    Hkdf::<Sha256>::new(Some(salt), from).expand_multi_info(info, &mut bytes).ok()?;
    Some(bytes)
}

/// The content, filled up to a length, encrypted for a browser by a key and a salt that are used once. `None` where it does not fit, or
/// the browser's key is none.
pub(super) fn encrypted(
    content: &[u8],
    length: usize,
    browser: &Browser,
    secret: &SecretKey,
    salt: [u8; 16],
) -> Option<Vec<u8>> {
    let theirs = PublicKey::from_sec1_bytes(&browser.key).ok()?;
    let ours = secret.public_key().to_sec1_bytes();
    let shared = diffie_hellman(secret.to_nonzero_scalar(), theirs.as_affine());
    let info: [&[u8]; 3] = [b"WebPush: info\0", &browser.key, &ours];
    let input: [u8; 32] = derived(&browser.secret, shared.raw_secret_bytes(), &info)?;
    let key: [u8; 16] = derived(&salt, &input, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce: [u8; 12] = derived(&salt, &input, &[b"Content-Encoding: nonce\0"])?;
    let mut record = content.to_vec();
    record.push(LAST);
    record.resize(record.len().max(length + 1), 0);
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).ok()?);
    let nonce = Nonce::assume_unique_for_key(nonce);
    key.seal_in_place_append_tag(nonce, Aad::empty(), &mut record).ok()?;
    if record.len() > RECORD_BYTES as usize {
        return None;
    }
    let mut message = salt.to_vec();
    message.extend(RECORD_BYTES.to_be_bytes());
    message.push(u8::try_from(ours.len()).ok()?);
    message.extend_from_slice(&ours);
    message.extend(record);
    Some(message)
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64URL_NOPAD as BASE64;

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        BASE64.decode(text.as_bytes()).unwrap()
    }

    /// The example of RFC 8291, section 5 and appendix A.
    fn example() -> (Browser, SecretKey, [u8; 16]) {
        let browser = Browser {
            endpoint: "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV".to_owned(),
            key: bytes(
                "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            ),
            secret: bytes("BTBZMqHH6r4Tts7J_aSIgg"),
        };
        let ours = SecretKey::from_slice(&bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")).unwrap();
        (browser, ours, bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap())
    }

    #[test]
    fn the_example_of_the_standard_comes_out() {
        let (browser, ours, salt) = example();
        let message =
            encrypted(b"When I grow up, I want to be a watermelon", 0, &browser, &ours, salt).unwrap();
        assert_eq!(
            BASE64.encode(&message),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl\
             7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
    }

    #[test]
    fn messages_are_equally_long_and_those_that_do_not_fit_are_refused() {
        let (browser, ours, salt) = example();
        let length =
            |content: &[u8]| encrypted(content, 2_048, &browser, &ours, salt).map(|message| message.len());
        assert_eq!(length(b"a"), length(b"a longer message"));
        assert_eq!(length(&[b'a'; 4_080]), None);
        let other = Browser { key: vec![4; 65], ..browser.clone() };
        assert_eq!(encrypted(b"a", 2_048, &other, &ours, salt), None, "no point of the curve");
    }
}
