//! A verdict in JSON, the same from the command line and on a door's tablet.

use evidence::Level;
use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::{
    checker::{Checked, Content, Format},
    trust_list::Help,
};

/// The answer on one pass. What it says of its holder is there only where a trusted key vouches for it.
#[derive(Serialize)]
struct Answer<'a> {
    format: Option<&'static str>,
    verdict: &'static str,
    level: Option<&'static str>,
    issuer: Option<&'a str>,
    signer: Option<&'a str>,
    issued: Option<Timestamp>,
    expires: Option<Timestamp>,
    #[serde(skip_serializing_if = "str::is_empty")]
    initials: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    birthday: Option<String>,
    why: Vec<&'static str>,
    #[serde(skip_serializing_if = "Help::is_empty")]
    help: &'a Help,
}

impl Serialize for Checked {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let claims = match self.content() {
            Some(Content::Pass(claims)) if self.signer().is_some() => Some(claims),
            _ => None,
        };
        let answer = Answer {
            format: self.format().map(Format::code),
            verdict: self.verdict().code(),
            level: self.level().map(Level::word),
            issuer: self.issuer(),
            signer: self.signer(),
            issued: self.issued(),
            expires: self.expires(),
            initials: claims.map_or("", |claims| &claims.initials),
            birthday: claims.and_then(|claims| claims.birthday).map(|day| day.to_string()),
            why: self.why().iter().map(|why| why.code()).collect(),
            help: self.help(),
        };
        answer.serialize(serializer)
    }
}
