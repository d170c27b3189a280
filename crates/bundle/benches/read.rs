//! How many visits a second are read, from CSV and from Parquet, with and without the checks across tables.

#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::{hint::black_box, path::Path};

use bundle::{Bundle, BundleWriter, Format, Future, LoadOptions, WriteOptions};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use evidence::{About, Person, Venue, Visit};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

const PEOPLE: u64 = 20_000;
const VENUES: u64 = 2_000;
const VISITS: u64 = 500_000;

fn visit(number: u64) -> About<Visit> {
    // A multiplicative hash spreads people, venues and times without drawing randomness.
    let spread = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let start: Timestamp = "2020-02-01T00:00:00+08:00".parse().unwrap();
    let entered = start + SignedDuration::from_secs((spread >> 40) as i64 % (14 * 86_400));
    let says = Visit {
        venue: format!("v{:06}", (spread >> 8) % VENUES).parse().unwrap(),
        entered,
        left: Some(entered + SignedDuration::from_mins(30)),
    };
    About { person: format!("p{:07}", number % PEOPLE).parse().unwrap(), says }
}

fn city(folder: &Path, format: Format) -> Bundle {
    let time_zone = TimeZone::get("Asia/Shanghai").unwrap();
    let options = WriteOptions { format, time_zone, ..WriteOptions::default() };
    let mut writer = BundleWriter::create(folder, options).unwrap();
    let mut people = writer.table::<Person>().unwrap();
    for number in 0..PEOPLE {
        let person = format!("p{number:07}").parse().unwrap();
        people.write(&Person { person, birth_year: None, sex: None, region: None, area: None }).unwrap();
    }
    let mut venues = writer.table::<Venue>().unwrap();
    for number in 0..VENUES {
        let venue = format!("v{number:06}").parse().unwrap();
        venues.write(&Venue { venue, name: None, kind: "cafe".parse().unwrap(), position: None }).unwrap();
    }
    let mut visits = writer.table::<About<Visit>>().unwrap();
    (0..VISITS).for_each(|number| visits.write(&visit(number)).unwrap());
    writer.add(people).unwrap();
    writer.add(venues).unwrap();
    writer.add(visits).unwrap();
    writer.finish().unwrap();
    Bundle::open(folder).unwrap()
}

fn read(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let mut group = criterion.benchmark_group("read");
    group.sample_size(10).throughput(Throughput::Elements(VISITS));
    for format in [Format::Csv, Format::Parquet] {
        let name = format.extension();
        let bundle = city(&folder.path().join(name), format);
        group.bench_function(format!("{name}/rows"), |bencher| {
            bencher.iter(|| {
                bundle
                    .rows::<About<Visit>>(Future::Allow)
                    .unwrap()
                    .filter(|row| black_box(row).is_ok())
                    .count()
            });
        });
        group.bench_function(format!("{name}/checked"), |bencher| {
            bencher.iter(|| {
                let mut loader = bundle.load(LoadOptions::default());
                loader.each::<About<Visit>>(|row| drop(black_box(row))).unwrap();
                loader.finish().unwrap().taken()
            });
        });
    }
    group.finish();
}

fn write(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let mut group = criterion.benchmark_group("write");
    group.sample_size(10).throughput(Throughput::Elements(VISITS));
    let mut round = 0;
    for format in [Format::Csv, Format::Parquet] {
        group.bench_function(format.extension(), |bencher| {
            bencher.iter(|| {
                round += 1;
                city(&folder.path().join(round.to_string()), format)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, read, write);
criterion_main!(benches);
