//! What happens without anybody asking: what is due, messages, the public log. Each may be stopped at any moment.

use std::time::Duration;

use office::NoticeAbout;
use rating::Language;
use tokio::{sync::watch, task::JoinHandle};

use crate::{
    language,
    outbox::{Message, SendError},
    service::Service,
};

/// Messages taken at once.
const AT_ONCE: u32 = 100;
/// How often the outbox is looked at.
const SEND_EVERY: Duration = Duration::from_secs(1);

/// Jobs that run beside a service.
#[derive(Debug)]
pub struct Jobs {
    stop: watch::Sender<bool>,
    running: Vec<JoinHandle<()>>,
}

impl Jobs {
    /// Starts them.
    #[must_use]
    pub fn start(service: &Service) -> Self {
        let (stop, stopped) = watch::channel(false);
        let tick_every = service.settings().tick_every;
        let (ticking, sending) = (service.clone(), service.clone());
        let running = vec![
            tokio::spawn(every(tick_every, stopped.clone(), move || {
                let service = ticking.clone();
                async move { tick(&service).await }
            })),
            tokio::spawn(every(SEND_EVERY, stopped, move || {
                let service = sending.clone();
                async move { send(&service).await }
            })),
        ];
        Jobs { stop, running }
    }

    /// Stops them, each after what it is doing.
    pub async fn stop(self) {
        // Nobody listens any more where they have ended.
        let _ = self.stop.send(true);
        for job in self.running {
            let _ = job.await;
        }
    }
}

async fn every<F: Future<Output = ()>>(
    pause: Duration,
    mut stopped: watch::Receiver<bool>,
    job: impl Fn() -> F + Send + 'static,
) {
    loop {
        job().await;
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopped.changed() => return,
        }
    }
}

/// Does what is due, then publishes the log.
async fn tick(service: &Service) {
    match service.officers().tick().await {
        Ok(ticked) => {
            metrics::counter!("cleanbill_rerated_people_total").increment(ticked.rerated);
            metrics::counter!("cleanbill_forgotten_records_total").increment(ticked.forgotten);
            metrics::counter!("cleanbill_overdue_appeals_total").increment(ticked.decided);
        }
        Err(error) => failed("tick", &error),
    }
    if let Some((place, key)) = service.log()
        && let Err(error) = service.officers().publish_log(&**place, &**key).await
    {
        failed("publish_log", &error);
    }
}

fn failed(job: &'static str, _: &office::OfficeError) {
    metrics::counter!("cleanbill_failed_jobs_total", "job" => job).increment(1);
    tracing::warn!(job, "a job failed and is tried again");
}

/// The key of what a notice says.
fn words(about: &NoticeAbout) -> &'static str {
    match about {
        NoticeAbout::Colour => "notice-colour",
        NoticeAbout::Question => "notice-question",
        NoticeAbout::Ruling => "notice-ruling",
        NoticeAbout::Appeal => "notice-appeal",
        NoticeAbout::Statement => "notice-statement",
        NoticeAbout::Access => "notice-access",
    }
}

/// Sends what is in the outbox. A message whose sender dies is sent again: twice rather than never.
async fn send(service: &Service) {
    service.sum_up_metrics();
    let notices = match service.office().notices(AT_ONCE).await {
        Ok(notices) => notices,
        Err(error) => return failed("send", &error),
    };
    let now = service.now();
    for (id, notice) in notices {
        let contact = match service.office().contact_of(&notice.person).await {
            Ok(contact) => contact,
            Err(error) => return failed("send", &error),
        };
        let sent = match contact {
            Some(to) => {
                let say = |language| {
                    let url = service.settings().public_url.as_str();
                    language::say(language, words(&notice.about), &[("url", url)])
                };
                let words = format!("{}\n\n{}", say(Language::En), say(Language::Zh));
                let subject = language::say(Language::En, "notice-subject", &[]);
                service.messenger().send(Message { to, subject, words, at: now }).await
            }
            None => Err(SendError::Never),
        };
        match sent {
            Err(SendError::Later) => {
                metrics::counter!("cleanbill_messages_total", "sent" => "later").increment(1)
            }
            Err(SendError::Never) => {
                metrics::counter!("cleanbill_messages_total", "sent" => "never").increment(1)
            }
            Ok(()) => metrics::counter!("cleanbill_messages_total", "sent" => "yes").increment(1),
        }
        // What can never be sent is on the person's page all the same.
        if sent != Err(SendError::Later)
            && let Err(error) = service.office().sent(&id).await
        {
            return failed("send", &error);
        }
    }
}
