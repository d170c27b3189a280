//! Sending what is in the outbox: notices to people, alerts to oversight. What cannot be sent now is tried again later; what never can be
//! is on the person's page all the same.

use futures_util::{StreamExt as _, stream};
use office::{Alert, DueNotice, NoticeAbout, OfficeError};
use rating::Language;

use crate::{
    language::{self, say_to},
    outbox::{Address, Message, SendError},
    service::Service,
};

/// Notices taken at once.
const AT_ONCE: u32 = 100;
/// Notices that are on their way at the same time.
const ON_THEIR_WAY: usize = 16;

/// The key of what a notice says.
fn words(about: &NoticeAbout) -> &'static str {
    match about {
        NoticeAbout::Colour => "notice-colour",
        NoticeAbout::Question => "notice-question",
        NoticeAbout::Ruling => "notice-ruling",
        NoticeAbout::Appeal => "notice-appeal",
        NoticeAbout::Statement => "notice-statement",
        NoticeAbout::Access => "notice-access",
        NoticeAbout::Passkey => "notice-passkey",
        NoticeAbout::Contact { .. } => "notice-contact",
    }
}

/// The word of an alert, as in `alert-rulings-held`.
pub(crate) fn alert_key(of: &Alert) -> String {
    let word = serde_json::to_value(of.about).ok();
    let word = word.as_ref().and_then(|word| word.as_str()).unwrap_or_default();
    format!("alert-{}", word.replace('_', "-"))
}

fn count(what: &'static str, sent: Result<(), SendError>) {
    let sent = match sent {
        Ok(()) => "yes",
        Err(SendError::Later) => "later",
        Err(SendError::Never) => "never",
    };
    metrics::counter!("cleanbill_messages_total", "what" => what, "sent" => sent).increment(1);
}

/// Sends notices that are due; says whether there may be more.
pub(crate) async fn notices(service: &Service) -> Result<bool, OfficeError> {
    let due = service.office().notices(AT_ONCE).await?;
    let more = due.len() >= AT_ONCE as usize;
    let sent = stream::iter(due).map(|due| async move { notice(service, &due).await });
    let results: Vec<Result<(), OfficeError>> = sent.buffer_unordered(ON_THEIR_WAY).collect().await;
    results.into_iter().collect::<Result<(), OfficeError>>()?;
    Ok(more)
}

/// Sends a notice by every way its person has. It is sent where one of them took it.
async fn notice(service: &Service, due: &DueNotice) -> Result<(), OfficeError> {
    let url = service.settings().public_url.as_str();
    let message = |to| Message {
        to,
        subject: say_to(due.language, " / ", "notice-subject", &[]),
        words: say_to(due.language, "\n\n", words(&due.about), &[("url", url)]),
        at: service.now(),
    };
    let mut done = Err(SendError::Never);
    for (id, of) in &due.browsers {
        let to = Address::Browser(of.browser.clone());
        // One of a service that is not sent to now is kept: it may be again.
        let is_reached = service.messenger().reaches(&to);
        let sent = service.messenger().send(message(to)).await;
        count("browser", sent.clone());
        if sent == Err(SendError::Never) && is_reached {
            service.office().browser_gone(id).await?;
        }
        done = better(done, sent);
    }
    if let Some(contact) = &due.contact {
        let sent = service.messenger().send(message(Address::Contact(contact.clone()))).await;
        count("contact", sent.clone());
        done = better(done, sent);
    }
    match done {
        Err(SendError::Later) => service.office().notice_later(&due.notice).await,
        Ok(()) | Err(SendError::Never) => service.office().notice_sent(&due.notice).await,
    }
}

fn better(one: Result<(), SendError>, other: Result<(), SendError>) -> Result<(), SendError> {
    match (one, other) {
        (Ok(()), _) | (_, Ok(())) => Ok(()),
        (Err(SendError::Later), _) | (_, Err(SendError::Later)) => Err(SendError::Later),
        _ => Err(SendError::Never),
    }
}

/// Writes to oversight what it is to look at: one message for all that came up. It names no person. Where oversight has no address,
/// alerts wait on its page.
pub(crate) async fn alerts(service: &Service) -> Result<(), OfficeError> {
    let Some(contact) = &service.settings().oversight_contact else { return Ok(()) };
    let alerts = service.officers().alerts_to_send(AT_ONCE).await?;
    if alerts.is_empty() {
        return Ok(());
    }
    let url = service.settings().public_url.as_str();
    let says = |language| {
        let zone = &service.settings().time_zone;
        let line = |(_, of): &(_, Alert)| {
            format!(
                "{} {}\n",
                language::date_time(language, zone, &of.at),
                language::say(language, &alert_key(of), &[])
            )
        };
        let lines: String = alerts.iter().map(line).collect();
        format!("{}\n\n{lines}", language::say(language, "alert-message", &[("url", url)]))
    };
    let message = Message {
        to: Address::Contact(contact.clone()),
        subject: say_to(None, " / ", "alert-subject", &[]),
        words: format!("{}\n{}", says(Language::En), says(Language::Zh)),
        at: service.now(),
    };
    let sent = service.messenger().send(message).await;
    count("alert", sent.clone());
    for (id, _) in &alerts {
        match sent {
            Ok(()) => service.officers().alert_sent(id).await?,
            // An address that takes nothing is a fault of the configuration: no alert is lost by it.
            Err(_) => service.officers().alert_later(id).await?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_says_that_there_is_something_to_read_and_never_which_colour() {
        use NoticeAbout::{Access, Appeal, Colour, Contact, Passkey, Question, Ruling, Statement};
        let moved = Contact { before: "tel:+86 571 0001".to_owned() };
        for about in [Colour, Question, Ruling, Appeal, Statement, Access, Passkey, moved] {
            let says =
                say_to(None, " ", words(&about), &[("url", "https://health.example.org")]).to_lowercase();
            let has_page = ["/me", "/passkeys", "/sign-in"]
                .iter()
                .any(|page| says.contains(&format!("https://health.example.org{page}")));
            assert!(has_page, "{says}");
            for level in [evidence::Level::Green, evidence::Level::Yellow, evidence::Level::Red] {
                for language in Language::ALL {
                    let word = language::say(language, &format!("level-{level}"), &[]).to_lowercase();
                    assert!(!says.contains(&word), "{says} tells {word}");
                }
            }
        }
    }

    #[test]
    fn one_way_is_enough_and_a_way_that_may_still_work_is_not_given_up() {
        let (yes, later, never) = (Ok(()), Err(SendError::Later), Err(SendError::Never));
        assert_eq!(better(never.clone(), yes.clone()), yes);
        assert_eq!(better(yes.clone(), later.clone()), yes);
        assert_eq!(better(never.clone(), later.clone()), later);
        assert_eq!(better(later.clone(), never.clone()), later);
        assert_eq!(better(never.clone(), never.clone()), never);
    }
}
