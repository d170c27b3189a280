//! What a form of a page sends: its fields, its token, and the word by which it is done once.

use std::any::Any;

use axum::{
    body::{Bytes, to_bytes},
    extract::{FromRequest, FromRequestParts, Request},
    http::header,
    response::{IntoResponse, Redirect, Response},
};
use evidence::{Symptom, Symptoms};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use office::{Answer, AttachmentGiven, Office, OfficeError, Once};
use sha2::{Digest, Sha256};

use crate::{
    caller::Caller,
    limits::FILES_BYTES_MAX,
    problem::{Kind, Problem},
    service::Service,
};

/// The fields of a form.
#[derive(Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// A field's text, trimmed; empty where it is not there.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(of, _)| of == name).map_or("", |(_, value)| value.trim())
    }

    /// A field's text where there is any.
    pub(crate) fn some(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty()).map(ToOwned::to_owned)
    }

    /// A field read as a value.
    pub(crate) fn parsed<T: std::str::FromStr>(&self, name: &'static str) -> Result<T, Problem> {
        let malformed = || Problem::detailed(Kind::Malformed, format!("the field `{name}` cannot be read"));
        self.text(name).parse().map_err(|_| malformed())
    }

    /// An instant: as browsers write one of the service's own zone, or as RFC 3339 has it.
    pub(crate) fn instant(&self, name: &'static str, zone: &TimeZone) -> Result<Timestamp, Problem> {
        let text = self.text(name);
        let local =
            || text.parse::<DateTime>().ok()?.to_zoned_datetime(zone.clone()).ok().map(|at| at.timestamp());
        let malformed =
            || Problem::detailed(Kind::Malformed, format!("the field `{name}` is no date and time"));
        text.parse().ok().or_else(local).ok_or_else(malformed)
    }

    /// The same where the field may be left out.
    pub(crate) fn instant_if_any(
        &self,
        name: &'static str,
        zone: &TimeZone,
    ) -> Result<Option<Timestamp>, Problem> {
        if self.text(name).is_empty() { Ok(None) } else { self.instant(name, zone).map(Some) }
    }

    /// A field read as a value where it is not left out.
    pub(crate) fn parsed_if_any<T: std::str::FromStr>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, Problem> {
        if self.text(name).is_empty() { Ok(None) } else { self.parsed(name).map(Some) }
    }

    /// The symptoms that were ticked.
    pub(crate) fn symptoms(&self) -> Result<Symptoms, Problem> {
        let ticked = self.0.iter().filter(|(name, _)| name == "symptom");
        ticked
            .map(|(_, word)| word.parse::<Symptom>().map_err(|_| Kind::Malformed.into()))
            .collect::<Result<Symptoms, Problem>>()
    }
}

impl FromRequest<Service> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, service: &Service) -> Result<Self, Problem> {
        let limit = service.settings().limits.body_bytes_max;
        let bytes = to_bytes(request.into_body(), limit).await.map_err(|_| Kind::TooLarge)?;
        Ok(Fields(parse(&bytes)))
    }
}

/// The pairs of `application/x-www-form-urlencoded`.
fn parse(bytes: &[u8]) -> Vec<(String, String)> {
    let pairs = bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let (name, value) = pair.split_at(at);
            (decoded(name), decoded(value.get(1..).unwrap_or_default()))
        })
        .collect()
}

fn decoded(bytes: &[u8]) -> String {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let hexadecimal = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match (first, hexadecimal.and_then(|two| u8::from_str_radix(two, 16).ok())) {
            (b'%', Some(byte)) => {
                plain.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            (b'+', _) => plain.push(b' '),
            (byte, _) => plain.push(*byte),
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// Fields and files of `multipart/form-data`. A file field that was left empty brings none.
async fn with_files(bytes: Bytes, boundary: String) -> Result<(Fields, Vec<AttachmentGiven>), Problem> {
    let malformed = |_: multer::Error| Problem::detailed(Kind::Malformed, "the form cannot be read");
    let (mut fields, mut files) = (Fields::default(), Vec::new());
    let once = futures_util::stream::once(async move { Ok::<_, std::convert::Infallible>(bytes) });
    let mut parts = multer::Multipart::new(once, boundary);
    while let Some(part) = parts.next_field().await.map_err(malformed)? {
        let (field, file) = (part.name().unwrap_or_default().to_owned(), part.file_name().map(str::to_owned));
        let content = part.bytes().await.map_err(malformed)?;
        match file {
            None => fields.0.push((field, String::from_utf8_lossy(&content).into_owned())),
            Some(name) if name.is_empty() && content.is_empty() => {}
            Some(name) => files.push(AttachmentGiven { name, bytes: content.into() }),
        }
    }
    Ok((fields, files))
}

/// A form of somebody who is signed in, with the token that only this service's pages have.
pub(crate) struct Filled {
    pub(crate) caller: Caller,
    pub(crate) fields: Fields,
    pub(crate) files: Vec<AttachmentGiven>,
    path: String,
}

impl FromRequest<Service> for Filled {
    type Rejection = Problem;

    async fn from_request(request: Request, service: &Service) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, service).await?;
        let path = parts.uri.path().to_owned();
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let (fields, files) = match kind.and_then(|kind| multer::parse_boundary(kind).ok()) {
            Some(boundary) => {
                let bytes = to_bytes(body, FILES_BYTES_MAX).await.map_err(|_| {
                    let limit = format!("the files of a form may have {} MB together", FILES_BYTES_MAX >> 20);
                    Problem::detailed(Kind::TooLarge, limit)
                })?;
                with_files(bytes, boundary).await?
            }
            None => (Fields::from_request(Request::from_parts(parts, body), service).await?, Vec::new()),
        };
        if fields.text("token") != caller.form_token() {
            return Err(Kind::CrossSite.into());
        }
        Ok(Filled { caller, fields, files, path })
    }
}

impl Filled {
    pub(crate) fn text(&self, name: &str) -> &str {
        self.fields.text(name)
    }

    /// An office that does this form once, also where its button was pressed twice.
    pub(crate) fn once(&self, office: &Office) -> Office {
        self.remembering(office, Box::new(|_: &dyn Any| Some(b"done".to_vec())))
    }

    /// The same for a form whose answer is said again where its button was pressed twice; [`said`] tells it.
    pub(crate) fn once_saying<T: 'static>(&self, office: &Office, says: fn(&T) -> String) -> Office {
        let answer = move |done: &dyn Any| done.downcast_ref::<T>().map(|done| says(done).into_bytes());
        self.remembering(office, Box::new(answer))
    }

    fn remembering(&self, office: &Office, answer: Box<Answer>) -> Office {
        let Some(key) = self.fields.some("once") else { return office.clone() };
        let mut hash = Sha256::new();
        hash.update(&self.path);
        for (name, value) in &self.fields.0 {
            hash.update(format!("{name}={value}\n"));
        }
        for file in &self.files {
            hash.update(format!("{} {}\n", file.name, file.bytes.len()));
            hash.update(&file.bytes);
        }
        office.once(Once {
            actor: Some(self.caller.actor.clone()),
            key,
            request: hash.finalize().into(),
            answer,
        })
    }
}

/// What a form of [`Filled::once_saying`] led to, now or when its button was pressed before.
pub(crate) fn said<T>(
    service: &Service,
    done: Result<T, OfficeError>,
    says: fn(&T) -> String,
) -> Result<String, Problem> {
    match done {
        Ok(done) => Ok(says(&done)),
        Err(OfficeError::Answered(answer)) => String::from_utf8(answer).map_err(|_| Kind::Failed.into()),
        Err(error) => Err(service.problem(&error)),
    }
}

/// Goes on to a page that says that something was done; `done` is the key of what it says.
pub(crate) fn went_well<T>(
    service: &Service,
    done: Result<T, OfficeError>,
    page: &str,
    says: &str,
) -> Result<Response, Problem> {
    match done {
        Ok(_) | Err(OfficeError::Answered(_)) => {
            Ok(Redirect::to(&format!("{page}?done={says}")).into_response())
        }
        Err(error) => Err(service.problem(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_service_unless_they_say_another_zone() {
        let fields = Fields(parse(b"local=2020-02-14T08:00&other=2020-02-14T08:00:00Z&no=yesterday"));
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        assert_eq!(fields.instant("local", &zone).ok(), "2020-02-14T00:00:00Z".parse().ok());
        assert_eq!(fields.instant("other", &zone).ok(), "2020-02-14T08:00:00Z".parse().ok());
        assert!(fields.instant("no", &zone).is_err());
        assert!(matches!(fields.instant_if_any("missing", &zone), Ok(None)));
    }

    #[test]
    fn fields_are_read_as_browsers_write_them() {
        let fields =
            Fields(parse("name=%E9%A9%AC+Ma&symptom=fever&symptom=cough&empty=&broken=%zz".as_bytes()));
        assert_eq!(fields.text("name"), "马 Ma");
        assert_eq!(fields.some("empty"), None);
        assert_eq!(fields.text("broken"), "%zz");
        assert_eq!(fields.symptoms().ok().map(Symptoms::len), Some(2));
    }
}
