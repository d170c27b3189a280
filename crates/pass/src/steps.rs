//! The way of a text through the checks, step by step, for those who build readers and issuers.

use jiff::Timestamp;

use crate::{
    checker::{Checker, Signed, content, usage},
    claims, container,
    cose::{Envelope, EnvelopeError},
};

/// How each step came out; none where it was not reached or does not apply.
///
/// The steps are those of the EU's test data. `key_usage` and `schema` are asked of the content as far as it could be
/// read, so that one fault does not hide another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// The text starts with `HC1:`.
    pub unprefix: Option<bool>,
    /// What follows is Base45.
    pub base45: Option<bool>,
    /// The bytes are one zlib stream of a sensible size.
    pub decompress: Option<bool>,
    /// Its content is strict CBOR throughout: the envelope, its headers, the claims, and the pass or certificate in them.
    pub decode: Option<bool>,
    /// It is an envelope, and its signature is one of a trusted key with the named id.
    pub verify: Option<bool>,
    /// The pass has begun and has not ended.
    pub not_expired: Option<bool>,
    /// The key that signed may sign this kind of pass.
    pub key_usage: Option<bool>,
    /// The content is as its format says.
    pub schema: Option<bool>,
}

impl Steps {
    /// The steps by the names of the command line.
    #[must_use]
    pub fn by_name(&self) -> [(&'static str, Option<bool>); 8] {
        [
            ("unprefix", self.unprefix),
            ("base45", self.base45),
            ("decompress", self.decompress),
            ("decode", self.decode),
            ("verify", self.verify),
            ("not_expired", self.not_expired),
            ("key_usage", self.key_usage),
            ("schema", self.schema),
        ]
    }
}

impl Checker {
    /// How a text fares at every step.
    pub fn steps(&mut self, text: &str, at: Timestamp) -> Steps {
        let mut steps = Steps::default();
        self.walk(text, at, &mut steps);
        steps
    }

    /// Sets the steps until one fails that the next cannot do without.
    fn walk(&mut self, text: &str, at: Timestamp, steps: &mut Steps) -> Option<()> {
        let base45 = said(&mut steps.unprefix, container::unprefix(text).ok())?;
        let packed = said(&mut steps.base45, container::from_base45(base45).ok())?;
        let bytes = said(&mut steps.decompress, self.unpacker.unpack(&packed).ok())?;
        match Envelope::read(bytes) {
            Ok(envelope) => self.examine(&envelope, at, steps),
            Err(error) => {
                steps.decode = Some(!matches!(error, EnvelopeError::Cbor(_)));
                // Where there is no envelope there is no signature, and so none that is right.
                steps.verify = Some(false);
            }
        }
        Some(())
    }

    /// The steps from decoding on.
    fn examine(&self, envelope: &Envelope, at: Timestamp, steps: &mut Steps) {
        let (format, content) = content(envelope);
        steps.decode = Some(format.is_some());
        if format.is_none() {
            steps.verify = Some(false);
            return;
        }
        let signed = self.signed(envelope);
        steps.verify = Some(matches!(signed, Signed::By(_)));
        let claims = envelope.claims();
        let doubts = self.doubts_about_time(format, claims::issued(claims), claims::expires(claims), at);
        steps.not_expired = Some(doubts.is_none());
        steps.schema = Some(content.is_ok());
        if let (Signed::By(key), Ok(content)) = (signed, content) {
            steps.key_usage = Some(key.usages.contains(usage(&content)));
        }
    }
}

/// Notes whether there is something.
fn said<T>(step: &mut Option<bool>, outcome: Option<T>) -> Option<T> {
    *step = Some(outcome.is_some());
    outcome
}
