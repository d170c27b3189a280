//! The pure crates on a phone: they must build for wasm32-unknown-unknown.
//!
//! With rustup, the target is added and used. On a Debian machine without it, the packages `rustc-web`, `cargo-web`,
//! `rust-web-src` and `lld` bring a compiler whose standard library is built on the spot.

use std::{path::Path, process::Command};

use anyhow::bail;

const TARGET: &str = "wasm32-unknown-unknown";
/// Crates that know no clock, no network and no file, and so may live on a phone.
const PURE: &[&str] = &["evidence", "rating", "contacts", "ledger", "pass"];

fn has_target() -> bool {
    let listed = Command::new("rustup").args(["target", "list", "--installed"]).output();
    listed.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).lines().any(|line| line == TARGET))
}

fn build(command: &mut Command) -> anyhow::Result<()> {
    command.args(["build", "--release", "--locked", "--no-default-features", "--target", TARGET]);
    command.args(["--target-dir", "target/wasm"]);
    for package in PURE {
        command.args(["--package", package]);
    }
    crate::run(command)
}

pub(crate) fn run() -> anyhow::Result<()> {
    if !has_target() {
        // Succeeds where rustup can reach its server; elsewhere the next way is tried.
        let _ = Command::new("rustup").args(["target", "add", TARGET]).output();
    }
    if has_target() {
        return build(&mut Command::new("cargo"));
    }
    if ["/usr/bin/cargo", "/usr/bin/rustc", "/usr/bin/wasm-ld"].iter().all(|tool| Path::new(tool).exists()) {
        let mut cargo = Command::new("/usr/bin/cargo");
        cargo
            .env("RUSTC", "/usr/bin/rustc")
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld")
            .env_remove("RUSTUP_TOOLCHAIN")
            .env_remove("CARGO")
            .arg("-Zbuild-std=std,panic_abort");
        return build(&mut cargo);
    }
    bail!(
        "no way to build for {TARGET}: run `rustup target add {TARGET}` or `apt-get install rustc-web cargo-web rust-web-src lld`"
    )
}
