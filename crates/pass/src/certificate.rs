//! Trust from X.509 certificates, as the EU publishes them.

use jiff::Timestamp;
use x509_parser::{certificate::X509Certificate, prelude::FromDer as _};

use crate::{
    key::{KeyError, KeyId, PublicKey},
    trust::{TrustedKey, Usages},
};

/// What a certificate may sign, by extended key usage (EU specification, section 4.2): the registered identifiers, and
/// the ones some states used before.
const USAGES: [(&str, Usages); 6] = [
    ("1.3.6.1.4.1.1847.2021.1.1", Usages::TEST),
    ("1.3.6.1.4.1.1847.2021.1.2", Usages::VACCINATION),
    ("1.3.6.1.4.1.1847.2021.1.3", Usages::RECOVERY),
    ("1.3.6.1.4.1.0.1847.2021.1.1", Usages::TEST),
    ("1.3.6.1.4.1.0.1847.2021.1.2", Usages::VACCINATION),
    ("1.3.6.1.4.1.0.1847.2021.1.3", Usages::RECOVERY),
];

/// Why bytes are not a certificate, or a chain of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Not an X.509 certificate in DER.
    #[error("certificate {0} is not an X.509 certificate in DER")]
    Der(usize),
    /// Its key is none that passes are signed with.
    #[error("certificate {0}: {1}")]
    Key(usize, KeyError),
    /// The next certificate did not sign this one, or may not.
    #[error(
        "certificate {0} is not signed by the one behind it, or that one is no authority; a chain starts with the signer \
         of passes, and certificates that are trusted by themselves belong in files of their own"
    )]
    Chain(usize),
    /// There is no certificate.
    #[error("there is no certificate")]
    Empty,
}

/// The key of a certificate. With more than one this is a chain: the signer of passes first, each signed by the next,
/// which must be an authority (RFC 5280, basic constraints); the key then counts while all of them are valid.
///
/// # Errors
/// A certificate cannot be read, has a key of another kind, or is not signed by the next.
pub fn read_certificate(chain: &[&[u8]]) -> Result<TrustedKey, CertificateError> {
    let mut read = Vec::with_capacity(chain.len());
    for (index, der) in chain.iter().enumerate() {
        let (rest, certificate) = X509Certificate::from_der(der).map_err(|_| CertificateError::Der(index))?;
        if !rest.is_empty() {
            return Err(CertificateError::Der(index));
        }
        read.push(certificate);
    }
    for (index, pair) in read.windows(2).enumerate() {
        if let [signed, authority] = pair
            && !is_signed_by(signed, authority)
        {
            return Err(CertificateError::Chain(index));
        }
    }
    let (Some(signer), Some(der)) = (read.first(), chain.first()) else {
        return Err(CertificateError::Empty);
    };
    let second = |time: i64| Timestamp::from_second(time).ok();
    // A certificate is valid through the second of its end (RFC 5280, section 4.1.2.5).
    let ends = read.iter().filter_map(|one| second(one.validity().not_after.timestamp().saturating_add(1)));
    Ok(TrustedKey {
        id: KeyId::of(der),
        name: signer.subject().to_string(),
        issuer: None,
        key: PublicKey::from_info(signer.public_key()).map_err(|error| CertificateError::Key(0, error))?,
        not_before: read.iter().filter_map(|one| second(one.validity().not_before.timestamp())).max(),
        not_after: ends.min(),
        usages: usages(signer),
        help: crate::Help::new(),
    })
}

/// What the certificate says it may sign; a certificate that names none of the EU's usages may sign everything.
fn usages(certificate: &X509Certificate<'_>) -> Usages {
    let Ok(Some(extended)) = certificate.extended_key_usage() else {
        return Usages::ALL;
    };
    let mut found = Usages::NONE;
    for oid in &extended.value.other {
        let oid = oid.to_id_string();
        USAGES.iter().filter(|(known, _)| *known == oid).for_each(|(_, usage)| found |= *usage);
    }
    if found == Usages::NONE { Usages::ALL } else { found }
}

fn is_signed_by(signed: &X509Certificate<'_>, authority: &X509Certificate<'_>) -> bool {
    let may_sign = authority.is_ca()
        && authority.key_usage().is_ok_and(|usage| usage.is_none_or(|u| u.value.key_cert_sign()));
    if !may_sign || signed.issuer() != authority.subject() {
        return false;
    }
    let Ok(key) = PublicKey::from_info(authority.public_key()) else {
        return false;
    };
    let message = signed.tbs_certificate.as_ref();
    let signature = signed.signature_value.data.as_ref();
    match (signed.signature_algorithm.algorithm.to_id_string().as_str(), &key) {
        // ecdsa-with-SHA256, ecdsa-with-SHA384
        ("1.2.840.10045.4.3.2", PublicKey::P256(_)) => verify_ecdsa(&key, message, signature, 32),
        ("1.2.840.10045.4.3.3", PublicKey::P384(_)) => verify_ecdsa(&key, message, signature, 48),
        ("1.3.101.112", PublicKey::Ed25519(_)) => key.verify(message, signature).is_ok(),
        // sha256WithRSAEncryption
        ("1.2.840.113549.1.1.11", PublicKey::Rsa { .. }) => key.verify_pkcs1(message, signature).is_ok(),
        // id-RSASSA-PSS; other hashes than SHA-256 do not match
        ("1.2.840.113549.1.1.10", PublicKey::Rsa { .. }) => key.verify(message, signature).is_ok(),
        _ => false,
    }
}

/// Certificates write ECDSA signatures as two numbers in DER, COSE as two strings of fixed length.
fn verify_ecdsa(key: &PublicKey, message: &[u8], der: &[u8], field: usize) -> bool {
    fixed(der, field).is_some_and(|signature| key.verify(message, &signature).is_ok())
}

fn fixed(der: &[u8], field: usize) -> Option<Vec<u8>> {
    use x509_parser::der_parser::asn1_rs::{FromDer as _, Integer, Sequence};
    let (_, sequence) = Sequence::from_der(der).ok()?;
    let (rest, r) = Integer::from_der(&sequence.content).ok()?;
    let (_, s) = Integer::from_der(rest).ok()?;
    let mut signature = Vec::with_capacity(2 * field);
    for number in [r.as_ref(), s.as_ref()] {
        let digits: Vec<u8> = number.iter().copied().skip_while(|byte| *byte == 0).collect();
        signature.extend(std::iter::repeat_n(0, field.checked_sub(digits.len())?));
        signature.extend(digits);
    }
    Some(signature)
}
