//! What happens without anybody asking: what is due, messages, the public log. Each may be stopped at any moment.

use std::time::Duration;

use tokio::{sync::watch, task::JoinHandle};

use crate::{sending, service::Service};

/// How often the outbox is looked at.
const SEND_EVERY: Duration = Duration::from_secs(1);
/// How often other processes on the same database are asked what they changed.
const HEAR_EVERY: Duration = Duration::from_secs(1);
/// How soon after a change of colour its new pass is there.
const RENEW_EVERY: Duration = Duration::from_secs(1);

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
        let (ticking, sending, renewing, hearing) =
            (service.clone(), service.clone(), service.clone(), service.clone());
        let running = vec![
            tokio::spawn(every(tick_every, stopped.clone(), move || {
                let service = ticking.clone();
                async move { tick(&service).await }
            })),
            tokio::spawn(every(RENEW_EVERY, stopped.clone(), move || {
                let service = renewing.clone();
                async move { renew(&service).await }
            })),
            tokio::spawn(every(HEAR_EVERY, stopped.clone(), move || {
                let service = hearing.clone();
                async move { hear(&service).await }
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

/// Does a job again and again, with a pause where it says that there is nothing more to do now.
async fn every<F: Future<Output = bool>>(
    pause: Duration,
    mut stopped: watch::Receiver<bool>,
    job: impl Fn() -> F + Send + 'static,
) {
    loop {
        let pause = if job().await { Duration::ZERO } else { pause };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopped.changed() => return,
        }
    }
}

/// Does what is due, then publishes the log.
async fn tick(service: &Service) -> bool {
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
    false
}

/// Issues the passes of those whose colour changed, before they look.
async fn renew(service: &Service) -> bool {
    match service.officers().renew_passes().await {
        Ok(renewed) => metrics::counter!("cleanbill_renewed_passes_total").increment(renewed),
        Err(error) => failed("renew_passes", &error),
    }
    false
}

/// Hears what other processes changed.
async fn hear(service: &Service) -> bool {
    if let Err(error) = service.memory().hear(service.office()).await {
        failed("hear", &error);
    }
    false
}

fn failed(job: &'static str, _: &office::OfficeError) {
    metrics::counter!("cleanbill_failed_jobs_total", "job" => job).increment(1);
    tracing::warn!(job, "a job failed and is tried again");
}

/// Sends what is in the outbox. A message whose sender dies is sent again: twice rather than never.
async fn send(service: &Service) -> bool {
    service.sum_up_metrics();
    let notices = sending::notices(service).await;
    if let Err(error) = &notices {
        failed("send", error);
    }
    if let Err(error) = sending::alerts(service).await {
        failed("alert", &error);
    }
    notices.unwrap_or(false)
}
