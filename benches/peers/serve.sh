#!/usr/bin/env bash
# One's own pass, asked for by very many people (W5): Clean Bill, and nginx with a static file of the same size, one after the other on the
# same cores, with the same load generator beside them and the same requests. Prints requests per second, latency, errors and the ratio.
#
#   benches/peers/serve.sh [PEOPLE [SECONDS [ASKING]]]      200,000 people, 20 seconds, and all of them ask by default; filling takes
#                                                           some minutes
#
# The office has every person registered, signed in, and with a pass, on SQLite. Its limits are those of `cleanbill init`; the load generator
# stands where a proxy would and says of each person another address. Needs Rust; installs nginx-light and wrk on Debian where they are missing.
# Own ports (8090, 8091), own folder (target/peers/serve); everything is stopped at the end.
set -euo pipefail
cd "$(dirname "$0")/../.."
people="${1:-200000}" seconds="${2:-20}" asking="${3:-${1:-200000}}"
work="$PWD/target/peers/serve"
mkdir -p "$work/nginx"
for tool in nginx wrk curl; do
  PATH="$PATH:/usr/sbin" command -v "$tool" >/dev/null && continue
  package="$tool"; [ "$tool" = nginx ] && package=nginx-light
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null
done
# Debian starts a server of its own with the package; this one is not ours to measure.
if [ -d /run/systemd/system ]; then systemctl is-active --quiet nginx && echo "note: another nginx is running on this machine"; fi || true
. benches/peers/town.sh
# What is asked here must not be in the way of other measurements.
cp "$town"/office.sqlite* "$work/"

stop() { kill "${ours:-0}" 2>/dev/null || true; wait "${ours:-0}" 2>/dev/null || true; [ -f "$work/nginx/pid" ] && kill "$(cat "$work/nginx/pid")" 2>/dev/null || true; }
trap stop EXIT
head -n "$asking" "$town/tokens" >"$work/tokens"
"$crowd" serve "sqlite:$work/office.sqlite" 8090 2>"$work/log" &
ours=$!
until curl -fs -o /dev/null http://127.0.0.1:8090/readyz; do sleep 0.1; done
pass() { curl -fs -H "Authorization: Bearer $(shuf -n1 "$town/tokens")" http://127.0.0.1:8090/api/v1/me/pass; }
pass >"$work/nginx/pass.json"
cat >"$work/nginx/nginx.conf" <<CONF
$([ "$(id -u)" = 0 ] && echo "user root;")
worker_processes auto;
pid $work/nginx/pid;
error_log $work/nginx/error.log;
events { worker_connections 2048; }
http {
  access_log off;
  sendfile on;
  default_type application/json;
  keepalive_requests 1000000000;
  client_body_temp_path $work/nginx/body; proxy_temp_path $work/nginx/proxy; fastcgi_temp_path $work/nginx/fastcgi;
  uwsgi_temp_path $work/nginx/uwsgi; scgi_temp_path $work/nginx/scgi;
  server { listen 127.0.0.1:8091; root $work/nginx; }
}
CONF
PATH="$PATH:/usr/sbin" nginx -c "$work/nginx/nginx.conf"

load() { wrk -t2 -c"$1" -d"$2s" -s benches/peers/crowd.lua "http://127.0.0.1:$3" -- "${5:-read}" "$work/tokens" "$4" | tail -1; }
line() { read -r rate median p99 _ errors <<<"$2"; printf '%-44s %8s requests/s   median %7s ms   p99 %7s ms   %s errors\n' "$1" "$rate" "$median" "$p99" "$errors"; }
echo "$(nproc) cores, $(wc -c <"$work/nginx/pass.json") bytes, $asking of $people people ask, $seconds s each; load generator on the same cores"
# Whoever looks for the first time since the start is read from the database.
line "Clean Bill, first looks since its start, 64" "$(load 64 "$((asking / 20000))" 8090 /api/v1/me/pass)"
# Then everybody has looked once.
load 64 "$((asking / 2000 + 5))" 8090 /api/v1/me/pass each >/dev/null
for connections in 64 512; do
  mine="$(load "$connections" "$seconds" 8090 /api/v1/me/pass)"
  theirs="$(load "$connections" "$seconds" 8091 /pass.json)"
  line "Clean Bill, $connections connections" "$mine"
  line "nginx, static file, $connections connections" "$theirs"
  awk -v a="${mine%% *}" -v b="${theirs%% *}" 'BEGIN { printf "  ratio %.2f\n", a / b }'
done
awk '/VmRSS/ { printf "memory of the service: %d MiB\n", $2 / 1024 }' "/proc/$ours/status"
