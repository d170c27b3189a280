#!/usr/bin/env bash
# Contacts of 1, 100 and 10,000 cases: DuckDB and Clean Bill on the same Parquet files in one run. Checks that both find the same
# pairs with the same seconds, and prints times and ratios.
#
#   benches/peers/contacts.sh [PEOPLE [DAYS]]      7,600,000 people and 14 days need 20 GB of disk, 16 GB of memory and half an hour
#
# Needs Rust, Python 3 and PyPI (duckdb). Files are kept in target/peers for the next run.
set -euo pipefail
cd "$(dirname "$0")/../.."
people="${1:-7600000}" days="${2:-14}"
work="$PWD/target/peers/city-$people-$days"
cargo build --release --quiet -p cleanbill
cargo build --release --quiet -p contacts --features disk --example trace
if [ ! -x target/peers/python/bin/python ]; then
  python3 -m venv target/peers/python
  target/peers/python/bin/pip install --quiet duckdb
fi
if [ ! -f "$work/datapackage.json" ]; then
  target/release/cleanbill synth --people "$people" --days "$days" --seed 1 --out "$work" --format parquet
fi
exec target/peers/python/bin/python benches/peers/contacts.py "$work" "$days"
