//! `cleanbill demo`: everything on embedded defaults, with an invented town and an unfolding outbreak.

mod past;
mod town;

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use anyhow::Context;
use jiff::Timestamp;
use office::{Actor, Clock, Secret};
use serde::{Deserialize, Serialize};
use server::{Board, Service};

use super::{init, serve};
use crate::{
    arguments::{DemoArguments, InitArguments},
    config::{CONFIG_FILE, Config, PublicUrl, Zone},
    instant,
    machine::now,
    opening::{self, Opened, wait_for},
    outcome::Outcome,
    result_file::write_whole,
};

/// What a demonstration knows of its town besides what the office does.
const TOWN_FILE: &str = "town.json";
/// The password of every officer of the town.
const PASSWORD: &str = "three plain words";

/// A clock that stands still where it is set, and goes with the machine's when it is let go.
#[derive(Debug, Default)]
struct TownClock(AtomicI64);

impl TownClock {
    fn set(&self, at: Timestamp) {
        self.0.store(at.as_microsecond(), Ordering::SeqCst);
    }

    fn let_go(&self) {
        self.0.store(0, Ordering::SeqCst);
    }
}

impl Clock for TownClock {
    fn now(&self) -> Timestamp {
        match self.0.load(Ordering::SeqCst) {
            0 => now(),
            microseconds => Timestamp::from_microsecond(microseconds).unwrap_or(Timestamp::UNIX_EPOCH),
        }
    }
}

/// The town, as far as the terminal tells of it.
#[derive(Debug, Serialize, Deserialize)]
struct Town {
    officers: Vec<TownOfficer>,
    /// A resident of each colour: colour and contact.
    residents: Vec<(String, String)>,
    /// Somebody whose test was positive, to be confirmed as a case; and where their household reads of it.
    to_confirm: String,
    contact_of_case: String,
    household: Vec<String>,
    /// The session of the investigator: a code counts once, and a demonstration that is started again at once has no other.
    session: Option<String>,
}

/// An officer of the town.
#[derive(Debug, Serialize, Deserialize)]
struct TownOfficer {
    name: String,
    role: office::Role,
    body: String,
    secret: [u8; 20],
}

/// Shows it.
pub(super) fn run(arguments: &DemoArguments) -> anyhow::Result<Outcome> {
    // Removed at the end, where no folder was named.
    let own = match &arguments.data {
        None => Some(tempfile::tempdir().context("no folder can be made")?),
        Some(_) => None,
    };
    let folder = match (&arguments.data, &own) {
        (Some(folder), _) => folder.clone(),
        (None, Some(own)) => own.path().join("town"),
        (None, None) => std::path::PathBuf::from("town"),
    };
    if arguments.fresh && folder.join(TOWN_FILE).exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("{}: cannot be removed", folder.display()))?;
    }
    let is_new = !folder.join(TOWN_FILE).exists();
    if is_new {
        begin(&folder, arguments)?;
    }
    let mut config = Config::read(&folder.join(CONFIG_FILE))?;
    config.server.listen.set_port(arguments.port);
    let clock = Arc::new(TownClock::default());
    wait_for(async {
        let opened = opening::open_by(&config, Arc::clone(&clock) as _).await?;
        let mut town: Town = if is_new {
            town::build(&opened.office, &config, &clock, &folder, arguments.people).await?
        } else {
            serde_json::from_slice(&fs::read(folder.join(TOWN_FILE))?)?
        };
        let token = investigator(&opened.office, &town).await?;
        town.session = Some(token.clone());
        write_whole(&folder.join(TOWN_FILE), &serde_json::to_vec_pretty(&town)?)?;
        show(&config, opened, &town, arguments.port, &token).await
    })?;
    Ok(Outcome::Done)
}

/// A folder with configuration and keys.
fn begin(folder: &Path, of: &DemoArguments) -> anyhow::Result<()> {
    let address = format!("http://localhost:{}", of.port);
    let arguments = InitArguments {
        folder: folder.to_owned(),
        body: Some("health/commission".parse()?),
        public_url: Some(PublicUrl::parse(&address).map_err(|error| anyhow::anyhow!(error))?),
        zone: Some(Zone(instant::zone("Asia/Shanghai").map_err(|error| anyhow::anyhow!(error))?)),
        database: of.database.clone(),
    };
    init::write(&arguments).map(drop)
}

/// Prints what there is to see, and serves until it is stopped.
async fn show(config: &Config, opened: Opened, town: &Town, port: u16, token: &str) -> anyhow::Result<()> {
    let office = opened.office.clone();
    let mut settings = serve::settings(config);
    settings.public_url = format!("http://localhost:{port}");
    "Xihu district health commission (demonstration)".clone_into(&mut settings.authority);
    settings.is_demo = true;
    settings.oversight_contact = Some("oversight@parliament.example".to_owned());
    settings.demo_devices =
        town.officers.iter().map(|of| (of.name.clone(), Secret::new(of.secret))).collect();
    settings.limits = server::Limits::default();
    print(town, port, token);
    let board = Arc::new(Board::default());
    let messenger = Arc::clone(&board) as _;
    let parts = serve::parts(config, opened, office, messenger, Some(board), settings);
    serve::serve(config, &Service::new(parts)).await
}

/// An investigator who is signed in, for the command that confirms a case.
async fn investigator(office: &office::Office, town: &Town) -> anyhow::Result<String> {
    if let Some(token) = &town.session
        && office.session(token).await?.is_some()
    {
        return Ok(token.clone());
    }
    let of = town.officers.iter().find(|of| of.role == office::Role::Investigator);
    let of = of.context("the town has no investigator")?;
    let code = Secret::new(of.secret).code(now());
    let who = office.sign_in(&of.name, PASSWORD, &code).await?;
    debug_assert!(matches!(who.actor, Actor::Officer(_)));
    Ok(who.token)
}

fn print(town: &Town, port: u16, token: &str) {
    let address = format!("http://localhost:{port}");
    anstream::println!("Clean Bill, a demonstration: {address}\n");
    anstream::println!("Officers (password: {PASSWORD}; one-time codes: {address}/demo/notices)");
    for of in &town.officers {
        anstream::println!("  {:<14} {:<14} {}", of.name, of.role.word(), of.body);
    }
    anstream::println!("\nResidents (sign in with the contact; the code is at {address}/demo/notices)");
    for (colour, contact) in &town.residents {
        anstream::println!("  {colour:<14} {contact}");
    }
    anstream::println!("\nDoor: {address}/check");
    anstream::println!("\nConfirm a case ({}), and see those who live with them turn:", town.contact_of_case);
    anstream::println!(
        "  curl -X POST -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' -d '{{}}' \
         {address}/api/v1/people/{}/cases",
        town.to_confirm
    );
    for contact in &town.household {
        anstream::println!("  then sign in as {contact}");
    }
    anstream::println!();
}
