//! A service that is killed at random instants under load: after each restart every acknowledged write is there once.

use std::{
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::{
    built,
    http::{Running, ask, wait_until_ready},
    root, run,
};

/// The port of the service.
const PORT: u16 = 18_081;
/// Residents who write at the same time.
const WRITERS: usize = 6;

/// A resident who writes: what they sent, and what was acknowledged.
struct Writer {
    token: String,
    /// Requests so far; each has its number as idempotency key.
    sent: u64,
    /// The number of one that was sent and not answered.
    open: Option<u64>,
    acknowledged: u64,
}

impl Writer {
    /// Sends the next request, or the one that was not answered again.
    fn write(&mut self) {
        let number = self.open.unwrap_or(self.sent);
        if self.open.is_none() {
            self.sent += 1;
        }
        self.open = Some(number);
        let headers = format!("authorization: Bearer {}\r\nidempotency-key: {number}\r\n", self.token);
        let (path, body) = if number % 3 == 2 {
            ("/api/v1/people/me/checks", json!({ "symptoms": [] }))
        } else {
            ("/api/v1/people/me/declarations", json!({ "symptoms": [] }))
        };
        match ask(PORT, "POST", path, &headers, Some(&body.to_string())) {
            Ok((201, _)) => {
                self.open = None;
                self.acknowledged += 1;
            }
            // Busy, or gone: it is sent again.
            Ok(_) | Err(_) => thread::sleep(Duration::from_millis(20)),
        }
    }
}

/// Kills the service so many times, on SQLite and, where `CLEANBILL_POSTGRES` names a server, on PostgreSQL.
pub(crate) fn run_all(rounds: u32) -> anyhow::Result<()> {
    let program = built()?;
    on(&program, None, rounds)?;
    match std::env::var("CLEANBILL_POSTGRES") {
        Ok(server) => on(&program, Some(&server), rounds),
        Err(_) => {
            println!("crash: not on PostgreSQL, for CLEANBILL_POSTGRES does not name a server");
            Ok(())
        }
    }
}

fn start(program: &Path, folder: &Path, database: Option<&str>) -> anyhow::Result<Running> {
    let mut command = Command::new(program);
    command.args(["demo", "--people", "60", "--port", &PORT.to_string(), "--data"]).arg(folder);
    if let Some(database) = database {
        command.args(["--database", database]);
    }
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let running = Running(command.spawn().context("cleanbill cannot be started")?);
    wait_until_ready(PORT)?;
    Ok(running)
}

fn on(program: &Path, database: Option<&str>, rounds: u32) -> anyhow::Result<()> {
    let folder = root().join("target/crash");
    // What an earlier run left.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    let folder = folder.join("town");
    let database = database.map(own_database).transpose()?;
    let mut running = start(program, &folder, database.as_deref())?;
    let writers: Vec<_> = (0..WRITERS).map(sign_in).collect::<anyhow::Result<_>>()?;
    let writers = Arc::new(writers.into_iter().map(Mutex::new).collect::<Vec<_>>());
    let mut log: Vec<Value> = Vec::new();
    let mut random = 0x9E37_79B9_7F4A_7C15_u64 ^ u64::from(std::process::id());
    for round in 1..=rounds {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        load(&writers, Duration::from_millis(50 + (random >> 33) % 1_200), || drop(running));
        running = start(program, &folder, database.as_deref())?;
        for writer in writers.iter() {
            let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
            while writer.open.is_some() {
                writer.write();
            }
            check(&writer)?;
        }
        log = consistent(log)?;
        let written: u64 =
            writers.iter().map(|of| of.lock().unwrap_or_else(PoisonError::into_inner).acknowledged).sum();
        let name = if database.is_some() { "PostgreSQL" } else { "SQLite" };
        println!(
            "crash: {name}, round {round} of {rounds}: {written} writes are there, each once; {} entries logged",
            log.len()
        );
    }
    drop(running);
    Ok(())
}

/// A database of its own on a server.
fn own_database(server: &str) -> anyhow::Result<String> {
    let (before, _) = server.rsplit_once('/').context("the address of the server names no database")?;
    let name = format!("crash_{}", std::process::id());
    run(Command::new("psql").args([server, "--quiet", "-c", &format!("CREATE DATABASE {name}")]))?;
    Ok(format!("{before}/{name}"))
}

/// Lets everybody write for a while, ends the service in the middle of it, and then the writing.
fn load(writers: &Arc<Vec<Mutex<Writer>>>, pause: Duration, end: impl FnOnce()) {
    let stopped = Arc::new(AtomicBool::new(false));
    let writing: Vec<_> = (0..writers.len())
        .map(|number| {
            let (writers, stopped) = (Arc::clone(writers), Arc::clone(&stopped));
            thread::spawn(move || {
                while !stopped.load(Ordering::Relaxed) {
                    if let Some(writer) = writers.get(number) {
                        writer.lock().unwrap_or_else(PoisonError::into_inner).write();
                    }
                }
            })
        })
        .collect();
    thread::sleep(pause);
    end();
    stopped.store(true, Ordering::Relaxed);
    for thread in writing {
        // A writer that panicked shows in what it wrote.
        let _ = thread.join();
    }
}

/// Somebody of the town, signed in by the code that the demonstration shows.
fn sign_in(number: usize) -> anyhow::Result<Writer> {
    let contact = format!("crash-{number}@town.example");
    let words = json!({ "contact": contact }).to_string();
    let (status, body) = ask(PORT, "POST", "/api/v1/codes", "", Some(&words))?;
    if status != 202 {
        bail!("no code: {status} {body}");
    }
    let (_, page) = ask(PORT, "GET", "/demo/notices", "accept: text/html\r\n", None)?;
    let from = page.find(&contact).context("the code is not shown")?;
    let code: String = page
        .get(from..)
        .and_then(|rest| rest.split("Your code: ").nth(1))
        .map(|rest| rest.chars().take(6).collect())
        .context("the code is not shown")?;
    let given = json!({ "contact": contact, "code": code, "name": format!("Writer {number}") }).to_string();
    let (status, body) = ask(PORT, "POST", "/api/v1/residents", "", Some(&given))?;
    let answer: Value = serde_json::from_str(&body).with_context(|| format!("{status} {body}"))?;
    let token = answer.get("token").and_then(Value::as_str).context("no token")?.to_owned();
    Ok(Writer { token, sent: 0, open: None, acknowledged: 0 })
}

/// Everything acknowledged is there, once.
fn check(writer: &Writer) -> anyhow::Result<()> {
    let headers = format!("authorization: Bearer {}\r\n", writer.token);
    let (status, body) = ask(PORT, "GET", "/api/v1/people/me/export", &headers, None)?;
    let exported: Value = serde_json::from_str(&body).with_context(|| format!("{status} {body}"))?;
    let kept = exported.get("evidence").and_then(Value::as_array).map_or(0, Vec::len) as u64;
    if kept != writer.acknowledged {
        bail!("{} writes were acknowledged and {kept} are there", writer.acknowledged);
    }
    Ok(())
}

/// The public log begins as it did before.
fn consistent(before: Vec<Value>) -> anyhow::Result<Vec<Value>> {
    let mut log: Vec<Value> = Vec::new();
    loop {
        let (_, body) = ask(PORT, "GET", &format!("/api/v1/log?from={}", log.len()), "", None)?;
        let entries: Vec<Value> = serde_json::from_str(&body).context("the log cannot be read")?;
        if entries.is_empty() {
            break;
        }
        log.extend(entries);
    }
    if log.get(..before.len()).is_none_or(|begins| begins != before) {
        bail!("the public log does not begin as it did before");
    }
    Ok(log)
}
