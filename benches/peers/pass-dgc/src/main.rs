//! How long the crate `dgc` takes to check a list of EU certificates on one core: prints seconds.
//!
//! `pass-dgc LIST KEY_ID_HEX POINT_HEX`

use std::{error::Error, fs, time::Instant};

fn bytes(hex: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    (0..hex.len()).step_by(2).map(|at| Ok(u8::from_str_radix(hex.get(at..at + 2).ok_or("odd")?, 16)?)).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [list, key_id, point] = arguments.as_slice() else {
        return Err("usage: pass-dgc LIST KEY_ID_HEX POINT_HEX".into());
    };
    let mut trust = dgc::TrustList::new();
    trust.add(&bytes(key_id)?, bytes(point)?);
    let lines = fs::read_to_string(list)?;
    let start = Instant::now();
    for line in lines.lines() {
        let (_, signature) = dgc::validate(line, &trust)?;
        if !matches!(signature, dgc::SignatureValidity::Valid) {
            return Err(format!("not valid: {signature:?}").into());
        }
    }
    println!("{:.3}", start.elapsed().as_secs_f64());
    Ok(())
}
