//! How long the signatures of a list of passes take by themselves: the floor under every check.
//!
//! `cargo run --release -p pass --example bare_signatures -- LIST PUBLIC_KEY` prints seconds on one core.

use std::{error::Error, fs, hint::black_box, time::Instant};

use pass::{Envelope, Unpacker, from_base45, read_public_keys, unprefix};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(list), Some(key)) = (arguments.next(), arguments.next()) else {
        return Err("usage: bare_signatures LIST PUBLIC_KEY".into());
    };
    let keys = read_public_keys(&fs::read(&key)?, &key)?;
    let (key, _) = keys.first().ok_or("no key")?;
    let mut unpacker = Unpacker::default();
    let mut signed = Vec::new();
    for line in fs::read_to_string(&list)?.lines() {
        let envelope = Envelope::read(unpacker.unpack(&from_base45(unprefix(line)?)?)?)?;
        signed.push((envelope.to_be_signed(), envelope.signature().to_vec()));
    }
    #[expect(clippy::disallowed_methods, reason = "this measures time and does nothing else")]
    let start = Instant::now();
    for (message, signature) in &signed {
        key.key.verify(black_box(message), black_box(signature))?;
    }
    println!("{:.3}", start.elapsed().as_secs_f64());
    Ok(())
}
