//! The demonstration: started for whoever wants to look at it, or tried by itself: look at its pages, confirm the case, see contacts
//! turn, stop it.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Command, Stdio},
};

use anyhow::{Context, bail};

use crate::{
    built,
    http::{Running, ask, wait_until_ready},
    run,
};

/// The port of the demonstration.
const PORT: u16 = 18_080;

/// Starts the demonstration; it goes on until it is stopped.
pub(crate) fn run_demo() -> anyhow::Result<()> {
    // Without it phones show a code as on paper, and doors type: the town is still worth a look.
    if !crate::root().join("target/device/device.js").exists()
        && let Err(error) = crate::wasm::build_device()
    {
        eprintln!("note: without the module of phones and doors: {error:#}");
    }
    run(Command::new(built()?).arg("demo"))
}

/// Tries the demonstration.
pub(crate) fn check_demo() -> anyhow::Result<()> {
    let port = PORT.to_string();
    let mut command = Command::new(built()?);
    command.args(["demo", "--port", &port]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut running = Running(command.spawn().context("cleanbill cannot be started")?);
    let output = running.0.stdout.take().context("no output")?;
    // Held open until the end: what is printed after these lines must go somewhere.
    let mut output = BufReader::new(output);
    let lines: Vec<String> = output
        .by_ref()
        .lines()
        .map_while(Result::ok)
        .take_while(|line| !line.contains("then sign in as"))
        .collect();
    wait_until_ready(PORT)?;
    for path in ["/", "/sign-in", "/check", "/demo/notices", "/openapi.json", "/api/v1/log", "/metrics"] {
        let (status, _) = ask(PORT, "GET", path, "", None)?;
        if status != 200 {
            bail!("{path} answered {status}");
        }
    }
    let command = lines.iter().find(|line| line.contains("curl")).context("it prints no command")?;
    let word = |after: &str, until: char| {
        let rest = command.split(after).nth(1)?;
        rest.split(until).next().map(ToOwned::to_owned)
    };
    let token = word("Bearer ", '\'').context("the command has no token")?;
    let path = word(&format!("localhost:{PORT}"), ' ').context("the command has no address")?;
    let (status, body) = ask(PORT, "POST", &path, &format!("authorization: Bearer {token}\r\n"), Some("{}"))?;
    let answer: serde_json::Value = serde_json::from_str(&body).with_context(|| body.clone())?;
    let exposed = answer.pointer("/stated/exposed").and_then(serde_json::Value::as_u64).unwrap_or(0);
    if status != 201 || exposed < 2 {
        bail!("confirming the case answered {status}: {body}");
    }
    println!("demo: the town answers; a case was confirmed and {exposed} contacts turned");
    Ok(())
}
