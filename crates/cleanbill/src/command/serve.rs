//! `cleanbill serve`: an office on the network, until it is told to stop.

use std::{fs, io, path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context, anyhow};
use ledger::LogReader;
use office::LogPlace;
use server::{Address, Board, Jobs, Limits, Mail, Messenger, Parts, Service, Settings, Sms, Ways, WebPush};
use tokio::net::TcpListener;

use crate::{
    arguments::ConfigArgument,
    config::{Config, Database},
    machine::MachineRandomness,
    opening::{self, Opened, wait_for},
    outcome::Outcome,
    result_file::write_whole,
    terminal,
};

/// How often what is due is done.
const TICK_EVERY: Duration = Duration::from_secs(20);

/// The public log's files in a folder.
#[derive(Debug)]
pub(super) struct LogFolder(pub(super) PathBuf);

impl LogReader for LogFolder {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        fs::read(self.0.join(path))
    }
}

impl LogPlace for LogFolder {
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        write_whole(&self.0.join(path), bytes).map_err(|error| io::Error::other(format!("{error:#}")))
    }
}

/// Serves.
pub(super) fn run(arguments: &ConfigArgument) -> anyhow::Result<Outcome> {
    let config = Config::read(&arguments.config)?;
    let messenger = messenger(&config)
        .map_err(|(what, remedy)| anyhow!("{}: {what}\n  remedy: {remedy}", arguments.config.display()))?;
    log_to_standard_error();
    wait_for(async {
        let opened = opening::open(&config).await?;
        let officers = match &config.database.url {
            Database::Sqlite(_) => opened.office.clone(),
            Database::Postgres(_) => opened.office.clone().on(opening::open_store(&config).await?),
        };
        let settings = settings(&config);
        let parts = parts(&config, opened, officers, messenger, None, settings);
        serve(&config, &Service::new(parts)).await
    })?;
    Ok(Outcome::Done)
}

/// The ways by which people are told, or what is wrong with them and what to do.
fn messenger(config: &Config) -> Result<Arc<dyn Messenger>, (String, String)> {
    let mut ways: Vec<Box<dyn Messenger>> = Vec::new();
    if let Some(mail) = &config.mail {
        let mail = Mail::new(mail.smtp.reveal(), &mail.from);
        ways.push(Box::new(mail.map_err(|error| (error, "correct `[mail]`".to_owned()))?));
    }
    if let Some(sms) = &config.sms {
        let sms = Sms::new(sms.webhook.as_str(), sms.token.reveal());
        ways.push(Box::new(sms.map_err(|error| (error, "correct `[sms]`".to_owned()))?));
    }
    if ways.is_empty() {
        return Err((
            "nothing reaches residents, and they sign in by a code that is sent to them".to_owned(),
            "fill in `[mail]` or `[sms]`".to_owned(),
        ));
    }
    if let Some(of) = &config.web_push {
        let key = fs::read_to_string(&of.key).map_err(|error| {
            let remedy = "`cleanbill pass keygen` makes a key; name its private one in `[web_push]`";
            (format!("{}: {error}", of.key.display()), remedy.to_owned())
        })?;
        let push = WebPush::new(&key, &of.contact, of.services.clone(), Arc::new(MachineRandomness));
        ways.push(Box::new(push.map_err(|error| (error, "correct `[web_push]`".to_owned()))?));
    }
    let ways = Ways(ways);
    if let Some(of) = &config.oversight
        && !ways.reaches(&Address::Contact(of.contact.clone()))
    {
        return Err((
            "nothing that is configured reaches the contact of oversight".to_owned(),
            "give a mail address with `[mail]`, or a telephone number with `[sms]`".to_owned(),
        ));
    }
    Ok(Arc::new(ways))
}

/// What a configuration says to a service.
pub(super) fn settings(config: &Config) -> Settings {
    let limits = &config.limits;
    Settings {
        public_url: config.server.public_url.as_str().trim_end_matches('/').to_owned(),
        authority: config.office.name.clone(),
        is_demo: false,
        demo_devices: Vec::new(),
        oversight_contact: config.oversight.as_ref().map(|of| of.contact.clone()),
        limits: Limits {
            light_at_once: limits.at_once.0 as usize,
            per_address: f64::from(limits.requests_per_minute.0) / 60.0,
            sign_ins_per_minute: f64::from(limits.sign_ins_per_hour.0) / 60.0,
            body_bytes_max: limits.body_bytes.0 as usize,
            ..Limits::default()
        },
        tick_every: TICK_EVERY,
        proxies: config.server.proxies.clone(),
        time_zone: config.office.zone.0.clone(),
    }
}

/// What a service is made of.
pub(super) fn parts(
    config: &Config,
    opened: Opened,
    officers: office::Office,
    messenger: Arc<dyn Messenger>,
    board: Option<Arc<Board>>,
    settings: Settings,
) -> Parts {
    Parts {
        office: opened.office,
        officers,
        messenger,
        board,
        log: Some((Arc::new(LogFolder(config.folders.log.clone())), Arc::new(opened.log_key))),
        settings,
    }
}

/// Answers until the process is told to stop; what is being done is finished first.
pub(super) async fn serve(config: &Config, service: &Service) -> anyhow::Result<()> {
    let listen = config.server.listen;
    let listener = TcpListener::bind(listen).await.with_context(|| {
        format!("{listen}: cannot be listened on\n  remedy: another process may have it; choose another port")
    })?;
    let jobs = Jobs::start(service);
    terminal::note(&format!("listening on {listen}"));
    server::serve(service, listener, stopped()).await.context("the listener failed")?;
    jobs.stop().await;
    Ok(())
}

/// Ends when the process is told to stop.
async fn stopped() {
    let interrupted = async {
        // Without signals it runs until it is killed, which loses nothing.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}

/// Writes the log of the service, a JSON object a line.
pub(super) fn log_to_standard_error() {
    // Another one may be there in a test.
    let _ = tracing_subscriber::fmt().json().with_writer(io::stderr).try_init();
}
