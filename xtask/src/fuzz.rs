//! Fuzz targets: every parser of outside bytes has one under `fuzz/`.

use std::{fs, process::Command};

use anyhow::{Context, bail};

use crate::{output, root, run};

/// Coverage instrumentation as `cargo fuzz` sets it, without a sanitizer, so that a stable compiler will do.
const INSTRUMENTATION: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
     -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 -Cdebug-assertions=yes";

pub(crate) fn run_all(seconds: &str) -> anyhow::Result<()> {
    let folder = root().join("fuzz");
    // Named even though it is this machine's own: only then are build scripts and macros left uninstrumented.
    let version = output(Command::new("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    run(Command::new("cargo")
        .args(["build", "--release", "--locked", "--target", host])
        .args(["--manifest-path", "fuzz/Cargo.toml", "--target-dir", "fuzz/target"])
        .env("RUSTFLAGS", INSTRUMENTATION))?;
    let mut targets = Vec::new();
    for entry in fs::read_dir(folder.join("fuzz_targets")).context("fuzz/fuzz_targets")? {
        let path = entry?.path();
        targets.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
    }
    targets.sort();
    for target in targets {
        let corpus = folder.join("corpus").join(&target);
        let seeds = folder.join("seeds").join(&target);
        fs::create_dir_all(&corpus)?;
        println!("fuzz: {target} for {seconds} s");
        let program = folder.join("target").join(host).join("release").join(&target);
        let limits = [&format!("-max_total_time={seconds}"), "-timeout=10", "-rss_limit_mb=2048"];
        let fuzzed = Command::new(program)
            .current_dir(&folder)
            .args([&corpus, &seeds])
            .args(limits)
            .arg("-print_final_stats=1")
            .output()?;
        let said = String::from_utf8_lossy(&fuzzed.stderr);
        if !fuzzed.status.success() {
            eprintln!("{said}");
            bail!("{target} found something; the input that shows it lies in fuzz/");
        }
        for line in said.lines().filter(|line| line.starts_with("stat::number_of_executed_units")) {
            println!("  {line}");
        }
    }
    Ok(())
}
