fn main() {
    let a: Vec<String> = std::env::args().collect();
    let b = bundle::Bundle::open(a[1].as_ref()).unwrap();
    if a.len() > 2 {
        let format = if a[3] == "csv" { bundle::Format::Csv } else { bundle::Format::Parquet };
        let w = bundle::WriteOptions { format, time_zone: jiff::tz::TimeZone::get("Asia/Shanghai").unwrap(), ..Default::default() };
        let r = bundle::convert(&b, a[2].as_ref(), bundle::LoadOptions::default(), w).unwrap();
        println!("{} rows", r.read());
        return;
    }
    let mut l = b.load(bundle::LoadOptions::default());
    l.check_all().unwrap();
    println!("{} rows", l.finish().unwrap().read());
}
