//! The pure crates on a phone: they must build for wasm32-unknown-unknown; and the module that phones and doors run.
//!
//! With rustup, the target is added and used. On a Debian machine without it, the packages `rustc-web`, `cargo-web`,
//! `rust-web-src` and `lld` bring a compiler whose standard library is built on the spot.

use std::{path::Path, process::Command};

use anyhow::bail;

const TARGET: &str = "wasm32-unknown-unknown";
/// Where it is built, beside the workspace's own target.
const FOLDER: &str = "target/wasm";
/// Crates that know no clock, no network and no file, and so may live on a phone.
const PURE: &[&str] = &["evidence", "rating", "contacts", "ledger", "pass"];

fn has_target() -> bool {
    let listed = Command::new("rustup").args(["target", "list", "--installed"]).output();
    listed.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).lines().any(|line| line == TARGET))
}

/// How cargo is asked to build for the target.
fn cargo() -> anyhow::Result<Command> {
    if !has_target() {
        // Succeeds where rustup can reach its server; elsewhere the next way is tried.
        let _ = Command::new("rustup").args(["target", "add", TARGET]).output();
    }
    if has_target() {
        return Ok(Command::new("cargo"));
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
        return Ok(cargo);
    }
    bail!(
        "no way to build for {TARGET}: run `rustup target add {TARGET}` or `apt-get install rustc-web cargo-web rust-web-src lld`"
    )
}

/// Builds crates for the target, in a folder of their own.
fn build(packages: &[&str]) -> anyhow::Result<()> {
    let mut command = cargo()?;
    command.args(["build", "--release", "--locked", "--no-default-features", "--target", TARGET]);
    command.args(["--target-dir", FOLDER]);
    // A phone fetches it: small before quick.
    command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "s").env("CARGO_PROFILE_RELEASE_STRIP", "debuginfo");
    command.env("CARGO_PROFILE_RELEASE_PANIC", "abort");
    for package in packages {
        command.args(["--package", package]);
    }
    crate::run(&mut command)
}

pub(crate) fn run() -> anyhow::Result<()> {
    build(PURE)
}

/// Builds the module, with the script by which pages call it, into `target/device`; the server takes it from there when it is built.
/// What writes that script is a large crate which nothing else needs, so it stands behind a feature.
pub(crate) fn build_device() -> anyhow::Result<()> {
    build(&["device"])?;
    let mut glue = Command::new("cargo");
    glue.args(["run", "--quiet", "--locked", "--package", "xtask", "--features", "glue"]);
    crate::run(glue.args(["--target-dir", FOLDER, "--", "device-glue"]))
}

/// Writes the module's script, and its code compressed.
#[cfg(feature = "glue")]
pub(crate) fn glue() -> anyhow::Result<()> {
    use std::{fs, io::Write as _};

    let code = crate::root().join(FOLDER).join(TARGET).join("release/device.wasm");
    let folder = crate::root().join("target/device");
    // A folder of its own first: whoever builds the server meanwhile finds all of it or nothing.
    let made = crate::root().join(FOLDER).join("glue");
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    bindgen.input_path(code).web(true)?.typescript(false).out_name("device");
    bindgen.remove_name_section(true).remove_producers_section(true).generate(&made)?;
    let plain = fs::read(made.join("device_bg.wasm"))?;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&plain)?;
    let packed = packed.finish()?;
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("device_bg.wasm.gz"), &packed)?;
    fs::copy(made.join("device.js"), folder.join("device.js"))?;
    println!("device: {} bytes, {} compressed", plain.len(), packed.len());
    Ok(())
}

/// Without the feature there is no way.
#[cfg(not(feature = "glue"))]
pub(crate) fn glue() -> anyhow::Result<()> {
    bail!("this was built without feature `glue`: run `cargo xtask device`")
}
