#!/usr/bin/env bash
# Our passes in the hands of others, and theirs in ours: PyPI `cwt`, and `@pathcheck/dcc-sdk` from npm (GPL, so it is only ever
# installed here and run from outside).
#
#   testing/interoperability/run.sh
#
# Needs Rust, Python 3 with venv, and Node with npm; what they load is kept in target/interoperability.
set -euo pipefail
cd "$(dirname "$0")/../.."
work="$PWD/target/interoperability"
mkdir -p "$work"
[ -x "$work/python/bin/python" ] || python3 -m venv "$work/python"
"$work/python/bin/pip" install --quiet --disable-pip-version-check base45==0.4.4 cbor2 cryptography cwt==3.3.0
if [ ! -d "$work/node_modules/@pathcheck/dcc-sdk" ]; then
  # With the packages of its time: its loader does not know the syntax that newer ones are written in.
  cat >"$work/package.json" <<'JSON'
{
  "private": true,
  "dependencies": { "@pathcheck/dcc-sdk": "0.0.27" },
  "overrides": {
    "@peculiar/asn1-schema": "2.0.38",
    "@peculiar/json-schema": "1.1.12",
    "@peculiar/webcrypto": "1.1.7",
    "asn1js": "2.1.1",
    "pvtsutils": "1.2.1",
    "pvutils": "1.0.17",
    "webcrypto-core": "1.2.1"
  }
}
JSON
  npm install --silent --no-audit --no-fund --prefix "$work"
fi

rm -rf "$work/keys"
# The program that is there already, where somebody names it.
cleanbill=${CLEANBILL_BINARY:-target/debug/cleanbill}
[ -n "${CLEANBILL_BINARY:-}" ] || cargo build --quiet --locked --package cleanbill
for key in issuer phone; do "$cleanbill" pass keygen --out "$work/keys/$key" 2>/dev/null; done
expires="$(date -u -d '+12 hours' +%Y-%m-%dT%H:%M:%SZ)"
issue() { "$cleanbill" pass issue --key "$work/keys/issuer/private.pem" --expires "$expires" --issuer HZ --initials Z.W. --birthday 02-29 "$@"; }
issue --level green >"$work/paper.txt"
live="$(issue --level green --holder "$work/keys/phone/public.pem")"
"$cleanbill" pass prove --key "$work/keys/phone/private.pem" "$live" >"$work/live.txt"
"$work/python/bin/python" testing/interoperability/with_cwt.py "$cleanbill" "$work"
NODE_PATH="$work/node_modules" node testing/interoperability/with_dcc_sdk.cjs "$work" 2>&1 | cut -c1-300
