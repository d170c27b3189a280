//! Takes the module of phones and doors (`cargo xtask device`) into the program, where it was built.

use std::{env, error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let home = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let folder = home.join("../../target/device");
    // Watched also while it is empty; one that is missing would count as changed at every build.
    fs::create_dir_all(&folder)?;
    println!("cargo::rerun-if-changed={}", folder.display());
    let folder = folder.canonicalize()?;
    let files = ["device.js", "device_bg.wasm.gz"].map(|name| folder.join(name));
    let code = if files.iter().all(|file| file.is_file()) {
        let [script, wasm] = files.map(|file| format!("include_bytes!({:?})", file.display().to_string()));
        format!("Some(({script}, {wasm}))")
    } else {
        "None".to_owned()
    };
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("device.rs"), code)?;
    Ok(())
}
