//! The page of a resident, made of what the office knows of them.

use askama::Template;
use evidence::{Level, PersonId};
use jiff::Timestamp;
use office::{ATTACHMENTS_MAX, Appeal, Attached, CaredFor, Needed, OfficeError, Seen};
use pass::picture::{Correction, Qr};
use rating::ExplainedReason;
use store::RecordId;

use crate::{
    api::remembered,
    caller::Caller,
    page::{Asked, Frame, Moment},
    problem::{Kind, Problem},
    service::Service,
};

/// What somebody who contests a reason can say with one tap; each is a sentence of the locales.
pub(super) const CLAIMS: [&str; 5] = ["look-again", "not-there", "test-wrong", "somebody-else", "too-hard"];
/// Looks that are shown; all of them are on the page of the record.
const LOOKS_SHOWN: usize = 3;
/// What the page's script says.
const WORDS: &[&str] = &[
    "live-now",
    "live-renewed",
    "left-days",
    "left-hours",
    "left-minutes",
    "left-over",
    "offline-pass",
    "offline-old",
    "offline-none",
    "colour-changed",
    "minutes-ago",
    "hours-ago",
];

#[derive(Template)]
#[template(path = "me.html")]
pub(super) struct Page {
    page: Frame,
    /// When it was made: without a network the phone says how old it is.
    made: Timestamp,
    /// The number of somebody this is about who is not its reader.
    person: Option<String>,
    acts_for: Option<String>,
    words: String,
    level: Level,
    since: Option<String>,
    headline: String,
    next: String,
    changes: Option<(Moment, Level)>,
    reasons: Vec<ExplainedReason>,
    notes: Vec<String>,
    contest: String,
    advice: Vec<String>,
    /// What was asked for and not brought yet: what, in which words, since when.
    needs: Vec<(String, String, String)>,
    claims: Vec<(&'static str, String)>,
    /// Reasons against which no appeal is open: rule, and why.
    contestable: Vec<(String, String)>,
    open_appeal: Option<Moment>,
    appeals: Vec<Appealed>,
    pass: Option<Pass>,
    questions: Vec<Asking>,
    statements: Vec<Said>,
    timeline: Vec<Step>,
    looks: Vec<Look>,
    cares_for: Vec<CaredFor>,
    /// Where its reader is checked in, and until when if they say nothing.
    here: Option<(String, String)>,
    help: String,
}

/// What an officer said, waiting for another word.
struct Said {
    id: String,
    at: String,
    body: String,
    kind: String,
}

/// A pass as the page shows it.
struct Pass {
    picture: String,
    issued: String,
    expires: String,
}

/// A question as the page asks it.
struct Asking {
    id: String,
    venue: String,
    from: String,
    to: String,
}

/// An appeal as the page shows it.
struct Appealed {
    id: String,
    /// Whether something more may be laid beside it.
    has_room: bool,
    attachments: Vec<Attached>,
    about: String,
    made: String,
    words: String,
    decide_by: Moment,
    decision: Option<(bool, String)>,
}

/// A colour of the past, of now, or to come.
struct Step {
    level: Level,
    from: Moment,
    tense: &'static str,
}

/// A look at the record.
pub(in crate::page) struct Look {
    pub(in crate::page) at: String,
    pub(in crate::page) who: String,
    pub(in crate::page) body: String,
    pub(in crate::page) part: String,
    pub(in crate::page) purpose: String,
}

impl Page {
    /// What a tap on the help opens: a call or a page.
    fn help_link(&self) -> Option<String> {
        let is_number = |letter: char| letter.is_ascii_digit() || "+ -".contains(letter);
        match self.help.as_str() {
            "" => None,
            help if help.starts_with("https://") || help.starts_with("http://") => Some(help.to_owned()),
            help if help.chars().all(is_number) => Some(format!("tel:{}", help.replace([' ', '-'], ""))),
            _ => None,
        }
    }

    /// The field by which a form is about somebody else than whoever fills it in.
    fn whose(&self) -> String {
        self.person.as_ref().map_or_else(String::new, |person| {
            format!("<input type=\"hidden\" name=\"person\" value=\"{person}\">")
        })
    }
}

/// What a page is made from: who asks, about whom.
struct About<'a> {
    service: &'a Service,
    caller: &'a Caller,
    person: &'a PersonId,
    frame: &'a Frame,
}

impl About<'_> {
    fn failed(&self, error: &OfficeError) -> Problem {
        self.service.problem(error)
    }

    async fn questions(&self) -> Result<Vec<Asking>, Problem> {
        let office = self.service.office();
        let questions = office.questions(&self.caller.actor, self.person).await;
        let mut asked = Vec::new();
        for (id, question) in questions.map_err(|error| self.failed(&error))? {
            let name = office.venue_name(&question.venue).await.map_err(|error| self.failed(&error))?;
            asked.push(Asking {
                id: id.as_str().to_owned(),
                venue: name.unwrap_or_else(|| question.venue.to_string()),
                from: self.frame.when(&question.from),
                to: self.frame.when(&question.to),
            });
        }
        Ok(asked)
    }

    async fn statements(&self) -> Result<Vec<Said>, Problem> {
        let statements = self.service.office().statements(&self.caller.actor, self.person).await;
        let said = statements.map_err(|error| self.failed(&error))?.into_iter().map(|(id, of)| Said {
            id: id.as_str().to_owned(),
            at: self.frame.when(&of.at),
            body: of.by.body.to_string(),
            kind: self.frame.say(&format!("said-{}", of.says.kind())),
        });
        Ok(said.collect())
    }

    async fn appeals(&self) -> Result<Vec<(RecordId, Appeal)>, Problem> {
        let appeals = self.service.office().appeals(&self.caller.actor, self.person).await;
        let mut appeals = appeals.map_err(|error| self.failed(&error))?;
        appeals.sort_by_key(|(_, appeal)| (appeal.decision.is_some(), std::cmp::Reverse(appeal.made)));
        Ok(appeals)
    }

    async fn needs(&self) -> Result<Vec<(String, String, String)>, Problem> {
        let needs = self.service.office().needs(&self.caller.actor, self.person).await;
        let told = |of: Needed| {
            let word = serde_json::to_value(of.need).ok();
            let word = word.as_ref().and_then(|word| word.as_str()).unwrap_or("other");
            (self.frame.say(&format!("need-{word}")), of.words, self.frame.when(&of.since))
        };
        Ok(needs.map_err(|error| self.failed(&error))?.into_iter().map(told).collect())
    }

    /// Where its reader is checked in themself.
    async fn here(&self) -> Result<Option<(String, String)>, Problem> {
        if self.caller.resident()? != *self.person {
            return Ok(None);
        }
        let at = self.service.office().checked_in(&self.caller.actor, self.person).await;
        let at = at.map_err(|error| self.failed(&error))?.filter(|at| !at.is_over);
        Ok(at.map(|at| (at.venue.name.unwrap_or_default(), self.frame.when(&at.until))))
    }

    /// The picture of the pass; none where the office issues none.
    async fn pass(&self) -> Result<Option<Pass>, Problem> {
        let pass = match remembered(self.service, self.caller, self.person).await {
            Ok(pass) => pass,
            Err(problem) if problem.kind == Kind::Refused => return Ok(None),
            Err(problem) => return Err(problem),
        };
        let pass: serde_json::Value = serde_json::from_slice(&pass.bytes).map_err(|_| Kind::Failed)?;
        let text = |name: &str| pass.get(name).and_then(|value| value.as_str()).unwrap_or_default();
        let picture = Qr::new(text("text"), Correction::M).map_err(|_| Kind::Failed)?.to_svg();
        let expires = text("expires").parse().map_or(String::new(), |at| self.frame.when(&at));
        Ok(Some(Pass { picture, issued: text("issued").to_owned(), expires }))
    }
}

/// The looks at a record, the latest first.
pub(in crate::page) async fn looks(
    service: &Service,
    caller: &Caller,
    person: &PersonId,
    frame: &Frame,
) -> Result<Vec<Look>, Problem> {
    let accesses = service.office().accesses(&caller.actor, person, "").await;
    let accesses = accesses.map_err(|error| service.problem(&error))?;
    let look = |access: office::Access| Look {
        at: frame.when(&access.at),
        who: frame.role_word(&access.role),
        body: access.body.to_string(),
        part: access.part,
        purpose: access.purpose,
    };
    Ok(accesses.into_iter().map(look).collect())
}

/// The colours in order; the one that holds now is marked.
fn timeline(seen: &Seen, frame: &Frame) -> Vec<Step> {
    let steps = &seen.timeline;
    let current = steps.partition_point(|(from, _)| *from <= frame.now);
    let step = |(place, (from, level)): (usize, &(Timestamp, Level))| Step {
        level: *level,
        from: frame.moment(from),
        tense: match place + 1 {
            place if place < current => "past",
            place if place == current => "now",
            _ => "to-come",
        },
    };
    steps.iter().enumerate().map(step).collect()
}

fn appealed((id, appeal): (RecordId, Appeal), reasons: &[ExplainedReason], frame: &Frame) -> Appealed {
    let why = reasons.iter().find(|reason| reason.rule == appeal.rule).map(|reason| reason.why.clone());
    Appealed {
        id: id.as_str().to_owned(),
        has_room: appeal.decision.is_none() && appeal.attachments.len() < ATTACHMENTS_MAX,
        attachments: appeal.attachments,
        about: why.unwrap_or_else(|| format!("{} {}", frame.say("rule"), appeal.rule)),
        made: frame.when(&appeal.made),
        words: appeal.words,
        decide_by: frame.moment(&appeal.decide_by),
        decision: appeal.decision.map(|decision| (decision.upheld, decision.reasons)),
    }
}

/// The page about a person, who is its reader unless a name is given.
pub(super) async fn page(
    service: &Service,
    asked: Asked,
    person: PersonId,
    acts_for: Option<String>,
) -> Result<Page, Problem> {
    let Asked { caller, frame } = asked;
    let caller = caller.ok_or(Kind::NotSignedIn)?;
    let about = About { service, caller: &caller, person: &person, frame: &frame };
    let seen = service.office().colour(&caller.actor, &person, "", frame.language).await;
    let seen = seen.map_err(|error| service.problem(&error))?;
    let (questions, statements) = (about.questions().await?, about.statements().await?);
    let (appeals, pass) = (about.appeals().await?, about.pass().await?);
    let mut looks = looks(service, &caller, &person, &frame).await?;
    looks.truncate(LOOKS_SHOWN);
    let cares_for = match acts_for {
        None => service.office().cared_for(&caller.actor).await.map_err(|error| service.problem(&error))?,
        Some(_) => Vec::new(),
    };
    let rating = seen.rating.as_ref();
    let since = rating.filter(|of| of.level != Level::Green).and_then(|of| of.since);
    let changes = rating.and_then(|of| of.changes).map(|(at, level)| (frame.moment(&at), level));
    let timeline = timeline(&seen, &frame);
    let level = seen.level();
    let (headline, next, reasons, notes, contest) = match seen.explanation {
        Some(of) => (of.headline, of.next, of.reasons, of.notes, of.contest),
        None => (frame.say("no-rules"), String::new(), Vec::new(), Vec::new(), String::new()),
    };
    let is_open =
        |rule: &str| appeals.iter().any(|(_, appeal)| appeal.rule == rule && appeal.decision.is_none());
    let mut contestable: Vec<(String, String)> = Vec::new();
    let mut advice: Vec<String> = Vec::new();
    for reason in &reasons {
        if !is_open(&reason.rule) && !contestable.iter().any(|(rule, _)| *rule == reason.rule) {
            contestable.push((reason.rule.clone(), reason.why.clone()));
        }
        advice.extend(reason.advice.clone().filter(|line| !advice.contains(line)));
    }
    let open = reasons.first().and_then(|first| {
        appeals.iter().find(|(_, appeal)| appeal.rule == first.rule && appeal.decision.is_none())
    });
    Ok(Page {
        made: frame.now,
        words: frame.words(WORDS),
        since: since.map(|since| frame.when(&since)),
        open_appeal: open.map(|(_, appeal)| frame.moment(&appeal.decide_by)),
        appeals: appeals.into_iter().map(|appeal| appealed(appeal, &reasons, &frame)).collect(),
        claims: CLAIMS.iter().map(|claim| (*claim, frame.say(&format!("claim-{claim}")))).collect(),
        person: acts_for.is_some().then(|| person.to_string()),
        help: service.office().help().to_owned(),
        acts_for,
        level,
        headline,
        next,
        changes,
        reasons,
        notes,
        contest,
        advice,
        contestable,
        pass,
        questions,
        statements,
        timeline,
        looks,
        cares_for,
        here: about.here().await?,
        needs: about.needs().await?,
        page: frame,
    })
}
