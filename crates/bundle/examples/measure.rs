//! Temporary.
use std::sync::atomic::{AtomicU64, Ordering};
static PANICS: AtomicU64 = AtomicU64::new(0);
fn main() {
    let a: Vec<String> = std::env::args().collect();
    std::panic::set_hook(Box::new(|i| {
        if PANICS.fetch_add(1, Ordering::Relaxed) < 8 {
            eprintln!("{i}");
        }
    }));
    let dir = std::path::Path::new(&a[1]);
    let good = std::fs::read(&a[2]).unwrap();
    let out = dir.join(&a[3]);
    let mut x: u64 = a[4].parse().unwrap();
    let mut next = || {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        x
    };
    let (mut ok, mut bad) = (0, 0);
    let n: u64 = a[5].parse().unwrap();
    let t = std::time::Instant::now();
    for i in 0..n {
        let mut b = good.clone();
        for _ in 0..1 + next() % 4 {
            let len = b.len() as u64;
            // mostly the footer
            let at = if next() % 2 == 0 { len - 1 - next() % (len / 3) } else { next() % len } as usize;
            b[at] = match next() % 3 {
                0 => next() as u8,
                1 => b[at] ^ (1 << (next() % 8)),
                _ => 0xff,
            };
        }
        std::fs::write(&out, &b).unwrap();
        let t1 = std::time::Instant::now();
        let r = bundle::Bundle::open(dir).and_then(|bu| {
            let mut l = bu.load(bundle::LoadOptions::default());
            l.check_all()?;
            l.finish()
        });
        if t1.elapsed().as_secs_f64() > 1.0 {
            eprintln!("slow {i}: {:?}", t1.elapsed());
            std::fs::write("/tmp/b/slow.bin", &b).unwrap();
        }
        if r.is_ok() { ok += 1 } else { bad += 1 }
    }
    println!("{ok} ok {bad} bad {} panics {:?}", PANICS.load(Ordering::Relaxed), t.elapsed());
}
