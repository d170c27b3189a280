//! What somebody lays beside an appeal: a letter, a picture of a result. It is sealed under their key, read by reviewers while the
//! appeal is open, and forgotten with it.

mod picture;

use evidence::{EvidenceKind, PersonId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::RecordId;
use tokio::sync::Semaphore;

use crate::{
    actor::{Actor, Role},
    desk::{Desk, Filed},
    error::OfficeError,
    kept::{Appeal, Kept, retention},
    office::{Office, transact},
    permissions::{UseCase, allowed},
};

/// Most attachments of an appeal.
pub const ATTACHMENTS_MAX: usize = 3;
/// Most bytes of an attachment, as it is given: a photograph of a good phone.
pub const ATTACHMENT_BYTES_MAX: usize = 8 << 20;
/// Pictures that are read at once: each may take much memory for a moment.
static READING: Semaphore = Semaphore::const_new(2);
/// Longest name, in characters.
const NAME_MAX: usize = 100;

/// What an attachment is. Its first bytes tell, whatever its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AttachmentKind {
    /// A document (PDF). It is kept as it was given, with whatever its maker wrote into it.
    Pdf,
    /// A photograph.
    Jpeg,
    /// A drawing or a picture of a screen.
    Png,
}

impl AttachmentKind {
    /// The media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            AttachmentKind::Pdf => "application/pdf",
            AttachmentKind::Jpeg => "image/jpeg",
            AttachmentKind::Png => "image/png",
        }
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        let starts: [(&[u8], Self); 3] = [
            (b"%PDF-", AttachmentKind::Pdf),
            (b"\xff\xd8\xff", AttachmentKind::Jpeg),
            (b"\x89PNG\r\n\x1a\n", AttachmentKind::Png),
        ];
        starts.into_iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, kind)| kind)
    }
}

/// A file, as somebody gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentGiven {
    /// What they call it, 1 to 100 characters.
    pub name: String,
    /// What stands in it: a PDF document, a JPEG or a PNG picture, at most [`ATTACHMENT_BYTES_MAX`].
    pub bytes: Vec<u8>,
}

/// What an appeal tells of an attachment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// Its id.
    pub attachment: String,
    /// What its giver calls it.
    pub name: String,
    /// What it is.
    pub kind: AttachmentKind,
    /// How many bytes it has.
    pub bytes: u64,
}

/// An attachment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Whose it is.
    pub person: PersonId,
    /// The appeal it lies beside.
    pub appeal: String,
    /// What its giver calls it.
    pub name: String,
    /// What it is.
    pub kind: AttachmentKind,
    /// When the appeal was made: it is forgotten with it.
    pub made: Timestamp,
    /// What stands in it. Of a picture only what one sees is kept: not where, when and with what it was taken.
    #[serde(with = "base64")]
    pub content: Vec<u8>,
}

impl Kept for Attachment {
    const KIND: &'static str = "attachment";
    fn person(&self) -> Option<&PersonId> {
        Some(&self.person)
    }
    fn keep_until(&self) -> Option<Timestamp> {
        retention(EvidenceKind::Ruling, self.made)
    }
}

/// Bytes as text.
mod base64 {
    use data_encoding::BASE64;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&BASE64.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        BASE64.decode(text.as_bytes()).map_err(D::Error::custom)
    }
}

/// A file that may be kept.
#[derive(Debug, Clone)]
pub(crate) struct Fit {
    name: String,
    kind: AttachmentKind,
    content: Vec<u8>,
}

impl AttachmentGiven {
    /// What is kept of it.
    fn fit(self) -> Result<Fit, OfficeError> {
        let name = self.name.trim().to_owned();
        if !(1..=NAME_MAX).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            return Err(OfficeError::refused(
                format!("the name of a file has 1 to {NAME_MAX} characters"),
                "give the file another name",
            ));
        }
        if self.bytes.len() > ATTACHMENT_BYTES_MAX {
            return Err(OfficeError::refused(
                format!("the file {name} is larger than {} MB", ATTACHMENT_BYTES_MAX >> 20),
                "take a smaller picture, or only the pages that matter",
            ));
        }
        let Some(kind) = AttachmentKind::of(&self.bytes) else {
            return Err(OfficeError::refused(
                format!("the file {name} is neither a PDF document nor a JPEG or PNG picture"),
                "take a picture of it, or save it as PDF",
            ));
        };
        let content = match kind {
            AttachmentKind::Pdf => self.bytes,
            AttachmentKind::Jpeg | AttachmentKind::Png => {
                picture::as_seen(kind, &self.bytes).map_err(|error| {
                    OfficeError::refused(
                        format!("the picture {name} cannot be read: {error}"),
                        "take it again, or save it as PDF",
                    )
                })?
            }
        };
        Ok(Fit { name, kind, content })
    }
}

/// What is kept of files that somebody lays beside an appeal. Pictures take a while, which other requests do not wait for.
pub(crate) async fn fit(actor: &Actor, given: &[AttachmentGiven]) -> Result<Vec<Fit>, OfficeError> {
    allowed(actor.role(), UseCase::Appeal)?;
    if given.is_empty() {
        return Ok(Vec::new());
    }
    // It is never closed; without a place reading goes on all the same.
    let _place = READING.acquire().await;
    let given = given.to_vec();
    let fit = move || given.into_iter().map(AttachmentGiven::fit).collect();
    tokio::task::spawn_blocking(fit).await.map_err(|error| OfficeError::Unreadable(error.to_string()))?
}

impl Office {
    /// Lays files beside an appeal that nobody has decided yet.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where the person has no such open appeal; [`OfficeError::Refused`] for more than
    /// [`ATTACHMENTS_MAX`] files beside one appeal, and for a file that is too large, of another kind, or cannot be read.
    pub async fn attach(
        &self,
        actor: &Actor,
        person: &PersonId,
        appeal: &RecordId,
        given: &[AttachmentGiven],
    ) -> Result<(), OfficeError> {
        let fit = fit(actor, given).await?;
        transact!(self, |desk| {
            desk.authorise(actor, UseCase::Appeal, Some(person), "laying something beside an appeal").await?;
            let filed = desk.filed::<Appeal>(appeal).await?;
            let filed = filed.filter(|of| of.what.person == *person && of.what.decision.is_none());
            let mut filed = filed.ok_or(OfficeError::Unknown("open appeal"))?;
            desk.lay_beside(&mut filed, &fit).await?;
            desk.refile(&filed).await
        })
    }

    /// An attachment of one's own appeal, or, for a reviewer, of an open one that they may decide.
    ///
    /// # Errors
    /// [`OfficeError::Unknown`] where there is none that the actor may read, [`OfficeError::Forbidden`] for an officer whose doing
    /// is contested.
    pub async fn attachment(&self, actor: &Actor, attachment: &RecordId) -> Result<Attachment, OfficeError> {
        let unknown = || OfficeError::Unknown("attachment");
        transact!(self, |desk| {
            let found = desk.filed::<Attachment>(attachment).await?.ok_or_else(unknown)?.what;
            match actor {
                Actor::Resident(_) => {
                    desk.authorise(actor, UseCase::Appeal, Some(&found.person), "").await?;
                }
                Actor::Officer(officer) => {
                    // Who wrote an appeal down at a desk has no need of it afterwards.
                    if officer.role != Role::Reviewer {
                        let (role, what) = (officer.role.word(), "read what lies beside appeals");
                        return Err(OfficeError::Forbidden { role, what });
                    }
                    let id = RecordId::parse(&found.appeal).ok_or_else(unknown)?;
                    let appeal = desk.filed::<Appeal>(&id).await?.ok_or_else(unknown)?.what;
                    if appeal.decision.is_some() {
                        return Err(unknown());
                    }
                    appeal.may_be_decided_by(officer)?;
                    // By its number: a name may say more than who sees accesses should know.
                    let number =
                        appeal.attachments.iter().position(|of| of.attachment == attachment.as_str());
                    let number = number.map_or(0, |place| place + 1);
                    let purpose = format!("deciding an appeal: reading attachment {number}");
                    desk.authorise(actor, UseCase::DecideAppeal, Some(&found.person), &purpose).await?;
                }
            }
            Ok(found)
        })
    }
}

impl Desk<'_> {
    /// Lays files beside an appeal, which is then to be refiled.
    pub(crate) async fn lay_beside(
        &mut self,
        appeal: &mut Filed<Appeal>,
        given: &[Fit],
    ) -> Result<(), OfficeError> {
        if appeal.what.attachments.len() + given.len() > ATTACHMENTS_MAX {
            return Err(OfficeError::refused(
                format!("at most {ATTACHMENTS_MAX} files lie beside an appeal"),
                "choose the ones that show most",
            ));
        }
        for Fit { name, kind, content } in given.iter().cloned() {
            let bytes = content.len() as u64;
            let attachment = Attachment {
                person: appeal.what.person.clone(),
                appeal: appeal.id.as_str().to_owned(),
                name: name.clone(),
                kind,
                made: appeal.what.made,
                content,
            };
            let id = self.file(&attachment).await?;
            let attachment = id.as_str().to_owned();
            appeal.what.attachments.push(Attached { attachment, name, kind, bytes });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str, bytes: &[u8]) -> String {
        AttachmentGiven { name: name.to_owned(), bytes: bytes.to_vec() }.fit().unwrap_err().to_string()
    }

    #[test]
    fn what_may_not_be_kept_is_refused_with_its_name_and_a_remedy() {
        assert!(refused("virus.pdf", b"MZ\x90\0").contains("virus.pdf is neither a PDF"));
        assert!(refused("", b"%PDF-1.7").contains("1 to 100 characters"));
        assert!(refused("a\nb.pdf", b"%PDF-1.7").contains("another name"));
        assert!(refused("half.jpg", b"\xff\xd8\xff\xe0half").contains("half.jpg cannot be read"));
        let large = vec![b'%'; ATTACHMENT_BYTES_MAX + 1];
        assert!(refused("large.pdf", &large).contains("larger than 8 MB"));
    }

    #[test]
    fn a_document_is_kept_as_it_is_whatever_its_name_says() {
        let given = AttachmentGiven { name: " letter.jpg ".to_owned(), bytes: b"%PDF-1.7 words".to_vec() };
        let fit = given.fit().unwrap();
        assert_eq!((fit.name.as_str(), fit.kind), ("letter.jpg", AttachmentKind::Pdf));
        assert_eq!(fit.content, b"%PDF-1.7 words");
    }
}
