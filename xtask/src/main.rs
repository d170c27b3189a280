//! Chores of the house: `cargo xtask demo | crash | tidy | wasm | device | fuzz | screens`.

mod crash;
mod demo;
mod fuzz;
mod http;
mod screens;
mod tidy;
mod wasm;

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context, bail};

const USAGE: &str = "\
usage: cargo xtask <chore>

  demo            start the demonstration: a made-up town with every role's sign-ins
  demo --check    start it, look at it, confirm its case, see contacts turn, stop it
  crash [--rounds N] [sqlite | postgresql]
                  kill the service N times under load (default 3) and look for every acknowledged write
  tidy            the crate graph, file sizes, names and words
  wasm            build the pure crates for wasm32-unknown-unknown
  device          build the module that phones and doors run; the server takes it in when it is built next
  fuzz [SECONDS]  run every fuzz target for a while (default 20 seconds each)
  screens         look at every page in a browser, and make the pictures of docs/screens anew
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["demo"] => demo::run_demo(),
        ["demo", "--check"] => demo::check_demo(),
        ["crash"] => crash::run_all(3, None),
        ["crash", "--rounds", rounds, on @ ..] if on.len() <= 1 => match rounds.parse() {
            Ok(rounds) => crash::run_all(rounds, on.first().copied()),
            Err(_) => Err(anyhow::anyhow!("`{rounds}` is no number of rounds")),
        },
        ["tidy"] => tidy::run(),
        ["wasm"] => wasm::run(),
        ["device"] => wasm::build_device(),
        ["device-glue"] => wasm::glue(),
        ["screens"] => screens::run_screens(),
        ["fuzz"] => fuzz::run_all("20"),
        ["fuzz", seconds] => fuzz::run_all(seconds),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The program, built; `CLEANBILL_BINARY` names one that is there already.
fn built() -> anyhow::Result<PathBuf> {
    if let Some(program) = std::env::var_os("CLEANBILL_BINARY") {
        return Ok(program.into());
    }
    run(Command::new("cargo").args(["build", "--package", "cleanbill"]))?;
    Ok(root().join("target/debug/cleanbill"))
}

/// The folder of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, Path::to_path_buf)
}

/// Runs a command in the folder of the workspace and fails if it does.
fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.current_dir(root()).status().with_context(|| format!("cannot start {command:?}"))?;
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(())
}

/// Runs a command in the folder of the workspace and gives what it printed.
fn output(command: &mut Command) -> anyhow::Result<String> {
    let output = command.current_dir(root()).output().with_context(|| format!("cannot start {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}
