//! `/place-traces`: people who were near a place a case was at: first what asking them would mean, then an order, then an officer of
//! another body approves it, and people are asked. It makes questions, never colours.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use evidence::Position;
use office::{NearPlace, PlacePreview, Role};
use store::RecordId;

use crate::{
    form::{Fields, Filled, said},
    page::{Asked, Frame, shown},
    problem::{Kind, Problem},
    service::Service,
};

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/place-traces", get(form).post(act))
}

#[derive(Template)]
#[template(path = "place_traces.html")]
struct Page {
    page: Frame,
    is_investigator: bool,
    /// What was typed, so that an order need not be typed again after its preview.
    typed: Vec<(&'static str, String)>,
    preview: Option<Previewed>,
    /// The number of an order that was just made.
    ordered: Option<String>,
    /// How many were asked.
    asked: Option<String>,
}

/// What asking people would mean, as it is read.
struct Previewed {
    people: u64,
    share: String,
    venues: u64,
    notices: u64,
    expected: String,
    sources: Vec<String>,
    would_be_held: bool,
}

impl Previewed {
    fn of(preview: PlacePreview) -> Self {
        Previewed {
            people: preview.people,
            share: format!("{:.1}", preview.share_of_population * 100.0),
            venues: preview.venues,
            notices: preview.notices,
            expected: format!("{:.1}", preview.expected_infections),
            sources: preview.sources,
            would_be_held: preview.would_be_held,
        }
    }
}

impl Page {
    fn new(asked: Asked) -> Result<Self, Problem> {
        let role = asked.caller.as_ref().ok_or(Kind::NotSignedIn)?.role();
        if !matches!(role, Role::Investigator | Role::Reviewer) {
            return Err(Problem::detailed(Kind::Forbidden, asked.frame.say("not-your-page")));
        }
        Ok(Page {
            page: asked.frame,
            is_investigator: role == Role::Investigator,
            typed: Vec::new(),
            preview: None,
            ordered: None,
            asked: None,
        })
    }

    fn typed(&self, name: &str) -> &str {
        self.typed.iter().find(|(of, _)| *of == name).map_or("", |(_, value)| value)
    }
}

/// The fields of a place and a time.
const FIELDS: [&str; 5] = ["latitude", "longitude", "radius", "from", "to"];

async fn form(asked: Asked) -> Result<Response, Problem> {
    shown(&Page::new(asked)?)
}

fn near(service: &Service, fields: &Fields) -> Result<NearPlace, Problem> {
    let zone = &service.settings().time_zone;
    let position = Position::new(fields.parsed("latitude")?, fields.parsed("longitude")?);
    let nowhere = |_| Problem::detailed(Kind::Malformed, "there is no such point on Earth");
    Ok(NearPlace {
        position: position.map_err(nowhere)?,
        radius_m: fields.parsed("radius")?,
        from: fields.instant("from", zone)?,
        to: fields.instant("to", zone)?,
    })
}

async fn act(State(service): State<Service>, asked: Asked, filled: Filled) -> Result<Response, Problem> {
    let mut page = Page::new(asked)?;
    let (actor, fields) = (&filled.caller.actor, &filled.fields);
    match filled.text("action") {
        "preview" => {
            let preview = service.officers().preview_place_trace(actor, &near(&service, fields)?).await;
            page.preview = Some(Previewed::of(preview.map_err(|error| service.problem(&error))?));
            page.typed = FIELDS.map(|name| (name, fields.text(name).to_owned())).to_vec();
        }
        "order" => {
            let near = near(&service, fields)?;
            let (person, case) = (fields.parsed("person")?, fields.parsed("case")?);
            let area = fields.parsed("area")?;
            let number = |(id, _): &(RecordId, PlacePreview)| id.as_str().to_owned();
            let office = filled.once_saying(service.officers(), number);
            let done =
                office.order_place_trace(actor, (&person, &case), &near, &area, filled.text("purpose")).await;
            page.ordered = Some(said(&service, done, number)?);
        }
        "approve" => {
            let trace = RecordId::parse(filled.text("trace")).ok_or(Kind::Unknown)?;
            let office = filled.once_saying(service.officers(), u64::to_string);
            let done = office.approve_place_trace(actor, &trace).await;
            page.asked = Some(said(&service, done, u64::to_string)?);
        }
        _ => return Err(Kind::Malformed.into()),
    }
    shown(&page)
}
