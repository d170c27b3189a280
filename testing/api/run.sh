#!/usr/bin/env bash
# Schemathesis reads the OpenAPI document of a running demonstration and asks everything that it allows, and what it does not: no answer of
# 500 or above, none whose status, kind or form is not in the document.
set -euo pipefail
cd "$(dirname "$0")/../.."
port=18082
folder="$(mktemp -d)"
program="${CLEANBILL_BINARY:-$PWD/target/debug/cleanbill}"
[ -n "${CLEANBILL_BINARY:-}" ] || cargo build --quiet --package cleanbill
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'schemathesis>=4,<5'
"$program" demo --people 60 --port "$port" --data "$folder/town" >"$folder/out" 2>"$folder/log" &
demo=$!
trap 'kill "$demo" 2>/dev/null || true; rm -rf "$folder"' EXIT
for _ in $(seq 300); do
  grep -q 'then sign in' "$folder/out" 2>/dev/null && break
  sleep 0.5
done
token="$(sed -n "s/.*Bearer \([0-9a-f]*\)'.*/\1/p" "$folder/out")"
[ -n "$token" ] || { cat "$folder/log"; exit 1; }
cd "$folder"
# Whoever signs out first sees nothing else: that is left out.
for authorization in "Bearer $token" "Bearer none"; do
  "$folder/venv/bin/schemathesis" run "http://localhost:$port/openapi.json" --max-examples "${1:-10}" --workers 2 \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
    --header "Authorization: $authorization" --rate-limit 100/s --exclude-path /api/v1/sessions/current --generation-deterministic --no-color
done
