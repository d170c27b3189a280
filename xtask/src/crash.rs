//! A service that is killed at random instants under load: after each restart every acknowledged write is there once, nothing hangs in
//! the air, and the public log goes on where it was.

mod caller;
mod home;
mod ledger;
mod resident;
mod town;

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use serde_json::Value;

use self::town::Town;
use crate::{
    built,
    http::{Running, wait_until_ready},
    root, run,
};

/// The port of the service.
const PORT: u16 = 18_081;
/// Residents who write from the first round to the last.
const WRITERS: usize = 6;
/// Homes in which a case is being confirmed at the same time.
const HOMES: usize = 2;
/// After how many rounds everything that is kept is looked at.
const LOOK_EVERY: u32 = 25;

/// Kills the service so many times, on SQLite and, where `CLEANBILL_POSTGRES` names a server, on PostgreSQL; or on one of them.
pub(crate) fn run_all(rounds: u32, only: Option<&str>) -> anyhow::Result<()> {
    let program = built()?;
    let is_wanted = |database: &str| only.is_none_or(|only| only == database);
    if !["sqlite", "postgresql"].iter().any(|database| is_wanted(database)) {
        bail!("{only:?} is neither sqlite nor postgresql");
    }
    let place = |name: &str| root().join("target/crash").join(name);
    if is_wanted("sqlite") {
        on(&Place { program: program.clone(), folder: place("sqlite"), database: None }, rounds)?;
    }
    if !is_wanted("postgresql") {
        return Ok(());
    }
    let Ok(server) = std::env::var("CLEANBILL_POSTGRES") else {
        println!("crash: not on PostgreSQL, for CLEANBILL_POSTGRES does not name a server");
        return Ok(());
    };
    let name = own_database(&server)?;
    let database = Some(beside(&server, &name)?);
    on(&Place { program, folder: place("postgresql"), database }, rounds)?;
    run(Command::new("psql").args([&server, "--quiet", "-c", &format!("DROP DATABASE {name}")]))
}

/// Which program, in which folder, on which database.
struct Place {
    program: PathBuf,
    folder: PathBuf,
    database: Option<String>,
}

impl Place {
    fn start(&self) -> anyhow::Result<Running> {
        let mut command = Command::new(&self.program);
        command.args(["demo", "--people", "60", "--port", &PORT.to_string(), "--data"]).arg(&self.folder);
        if let Some(database) = &self.database {
            command.args(["--database", database]);
        }
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let running = Running(command.spawn().context("cleanbill cannot be started")?);
        wait_until_ready(PORT)?;
        Ok(running)
    }

    fn name(&self) -> &'static str {
        if self.database.is_some() { "PostgreSQL" } else { "SQLite" }
    }

    /// Looks at everything that is kept, from outside, while the service runs: each record has its person, each exposure its case, each
    /// pass its colour, and the published log is that of the database.
    fn look(&self) -> anyhow::Result<String> {
        let mut command = Command::new(&self.program);
        command.args(["doctor", "--records", "--json", "--config"]).arg(self.folder.join("cleanbill.toml"));
        // It exits with 1, for this office has no backups.
        let report = command.output().context("cleanbill cannot be started")?.stdout;
        let report: Value = serde_json::from_slice(&report).context("the doctor's report cannot be read")?;
        let findings = report.get("findings").and_then(Value::as_array).cloned().unwrap_or_default();
        let finding = |check: &str| {
            let is_it = |of: &&Value| of.get("check").and_then(Value::as_str) == Some(check);
            let finding = findings.iter().find(is_it);
            let text = |name: &str| finding.and_then(|of| of.get(name)?.as_str()).unwrap_or_default();
            let found = text("found").to_owned();
            match finding.and_then(|of| of.get("right")?.as_bool()) {
                Some(true) => Ok(found),
                _ => Err(anyhow::anyhow!("{check}: {found}")),
            }
        };
        finding("public log")?;
        let found = finding("records")?;
        // Nobody left.
        if found.contains("who left") {
            bail!("records: {found}");
        }
        Ok(found)
    }
}

fn on(place: &Place, rounds: u32) -> anyhow::Result<()> {
    // What an earlier run left.
    let _ = std::fs::remove_dir_all(&place.folder);
    if let Some(parent) = place.folder.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let mut running = place.start()?;
    let mut town = Town::begin(PORT, &place.folder, WRITERS)?;
    let mut log = ledger::consistent(PORT, Vec::new())?;
    let before = ledger::said_alone(&log);
    let mut random = 0x9E37_79B9_7F4A_7C15_u64 ^ u64::from(std::process::id());
    #[expect(clippy::disallowed_methods, reason = "it is told how long it took")]
    let began = Instant::now();
    for round in 1..=rounds {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        town.settle_in(HOMES, random >> 32)?;
        town.load(Duration::from_millis(50 + (random >> 33) % 1_200), || drop(running))?;
        running = place.start()?;
        town.finish_what_is_open()?;
        town.check_who_writes()?;
        log = ledger::consistent(PORT, log)?;
        let did = town.did();
        let name = place.name();
        println!(
            "crash: {name}, round {round} of {rounds}: {did} are there, each once; {} entries logged",
            log.len()
        );
        if round % LOOK_EVERY == 0 || round == rounds {
            println!("crash: {name}: {}", place.look()?);
        }
    }
    town.check_everybody()?;
    ledger::wait_for(PORT, log, before + town.said_alone())?;
    println!(
        "crash: {}: killed {rounds} times in {} s; {} people were looked at once more",
        place.name(),
        began.elapsed().as_secs(),
        town.people()
    );
    drop(running);
    Ok(())
}

/// A database of its own on a server; gives its name.
fn own_database(server: &str) -> anyhow::Result<String> {
    let name = format!("crash_{}", std::process::id());
    run(Command::new("psql").args([server, "--quiet", "-c", &format!("CREATE DATABASE {name}")]))?;
    Ok(name)
}

/// The address of another database on the same server.
fn beside(server: &str, name: &str) -> anyhow::Result<String> {
    let (before, _) = server.rsplit_once('/').context("the address of the server names no database")?;
    Ok(format!("{before}/{name}"))
}
