#!/usr/bin/env bash
# Checking passes in bulk: Clean Bill, the crate `dgc` and PyPI `cwt` on the same list of EU certificates, and Clean Bill on its own
# passes; all beside the bare signatures. Prints seconds on one core, microseconds for a pass, and ratios.
#
#   benches/peers/pass.sh [PASSES]      100,000 by default
#
# Needs Rust and Python 3 with PyPI. The passes are made anew, because `cwt` knows no other clock than the machine's.
set -euo pipefail
cd "$(dirname "$0")/../.."
count="${1:-100000}"
work="$PWD/target/peers/pass"
mkdir -p "$work"
cargo build --release --quiet -p cleanbill
cargo build --release --quiet -p pass --example bare_signatures
cargo build --release --quiet --locked --manifest-path benches/peers/pass-dgc/Cargo.toml --target-dir target/peers/dgc
if [ ! -x target/peers/pass-python/bin/python ]; then
  python3 -m venv target/peers/pass-python
fi
target/peers/pass-python/bin/pip install --quiet base45 cbor2 cryptography cwt
python="target/peers/pass-python/bin/python"
"$python" benches/peers/pass.py make "$count" "$work"

# Seconds of processor time that a command takes.
seconds() { (TIMEFORMAT='%U %S'; time "$@" >/dev/null) 2>&1 | awk '{ printf "%.3f", $1 + $2 }'; }
check() { RAYON_NUM_THREADS="$1" target/release/cleanbill pass verify --trust "$work/key.pem" --at "$(cat "$work/now")" --file "$work/$2.txt"; }
line() { awk -v name="$1" -v time="$2" -v bare="$3" -v count="$count" \
  'BEGIN { printf "%-34s %8.3f s %8.1f us  %5.1f%% of it beside the signatures\n", name, time, time / count * 1e6, (1 - bare / time) * 100 }'; }

for list in certificates passes live; do
  admitted="$(check 2 "$list" | grep -c '"verdict":"admit"')"
  [ "$admitted" = "$count" ] || { echo "$list: $admitted of $count are admitted" >&2; exit 1; }
  bare="$(target/release/examples/bare_signatures "$work/$list.txt" "$work/key.pem")"
  # A live pass has two signatures.
  [ "$list" = live ] && bare="$(awk -v one="$bare" 'BEGIN { print 2 * one }')"
  ours="$(seconds check 1 "$list")"
  echo "$list: bare signatures ${bare} s"
  line "  cleanbill, one core" "$ours" "$bare"
  start="$(date +%s.%N)"; check 2 "$list" >/dev/null; end="$(date +%s.%N)"
  awk -v one="$ours" -v from="$start" -v to="$end" 'BEGIN { printf "  cleanbill, two cores               %8.3f s  %.2f times as fast\n", to - from, one / (to - from) }'
  [ "$list" = certificates ] && certificates="$ours"
  cwt="$("$python" benches/peers/pass.py cwt "$work/$list.txt" "$work/key.pem")"
  line "  PyPI cwt, one core" "$cwt" "$bare"
  awk -v ours="$ours" -v cwt="$cwt" 'BEGIN { printf "  cwt takes %.2f times as long\n", cwt / ours }'
done
dgc="$(target/peers/dgc/release/pass-dgc "$work/certificates.txt" $(cat "$work/dgc-key"))"
echo "certificates, crate dgc, one core (it does not look at expiry): $dgc s"
awk -v ours="$certificates" -v dgc="$dgc" 'BEGIN { printf "  dgc takes %.2f times as long\n", dgc / ours }'
