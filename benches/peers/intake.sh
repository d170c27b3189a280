#!/usr/bin/env bash
# Durable declarations from 64 clients (W6): Clean Bill on PostgreSQL and on SQLite, and PostgreSQL by itself with one durable insert in a
# transaction (pgbench), one after the other in one run on the same cores, the same disk and, for PostgreSQL, the same server with its
# defaults. Every declaration is acknowledged when it would survive the loss of power. Counts afterwards that each acknowledged one is there.
#
#   benches/peers/intake.sh [PEOPLE [SECONDS]]      200,000 people and 20 seconds by default; filling takes some minutes
#
# Needs Rust and Python 3; installs postgresql and wrk on Debian where they are missing. Own ports (8090, 54398), own folder
# (target/peers/intake); everything is stopped at the end.
set -euo pipefail
cd "$(dirname "$0")/../.."
people="${1:-200000}" seconds="${2:-20}"
work="$PWD/target/peers/intake"
rm -rf "$work" && mkdir -p "$work"
if ! ls /usr/lib/postgresql/*/bin/pgbench >/dev/null 2>&1; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null
fi
for tool in wrk curl; do
  command -v "$tool" >/dev/null || { apt-get update -qq && apt-get install -y -qq "$tool" >/dev/null; }
done
. benches/peers/town.sh
bin="$(dirname "$(ls /usr/lib/postgresql/*/bin/pgbench | sort -V | tail -1)")"
as_server() { "$@"; }
cluster="$work/cluster"
if [ "$(id -u)" = 0 ]; then
  # PostgreSQL does not run as root, and its user must reach the folder.
  id cleanbill-bench >/dev/null 2>&1 || useradd --system cleanbill-bench
  cluster="$(mktemp -d)" && chown cleanbill-bench "$cluster"
  as_server() { (cd / && setpriv --reuid cleanbill-bench --regid cleanbill-bench --clear-groups "$@"); }
fi
stop() {
  kill "${ours:-0}" 2>/dev/null || true; wait "${ours:-0}" 2>/dev/null || true
  as_server "$bin/pg_ctl" -D "$cluster/data" -m immediate stop >/dev/null 2>&1 || true
  [ "$cluster" = "$work/cluster" ] || rm -rf "$cluster"
}
trap stop EXIT
as_server "$bin/initdb" -D "$cluster/data" -U postgres -A trust >/dev/null
as_server "$bin/pg_ctl" -D "$cluster/data" -o "-p 54398 -c unix_socket_directories=$cluster -c listen_addresses=127.0.0.1" \
  -l "$cluster/log" -w start >/dev/null
server="postgres://postgres@127.0.0.1:54398"
sql() { "$bin/psql" -qtAX "$server/$1" -c "$2"; }

sql postgres "CREATE DATABASE plain" && sql postgres "CREATE DATABASE crowd"
sql plain "CREATE TABLE declarations (id text PRIMARY KEY, person text NOT NULL, filed bigint NOT NULL, body bytea NOT NULL);
           CREATE INDEX declarations_by_person ON declarations (person)"
cat >"$work/insert.sql" <<'SQL'
\set person random(1, 200000)
INSERT INTO declarations VALUES (gen_random_uuid(), lpad(:person::text, 32, '0'), 1, decode(repeat('5a', 250), 'hex'));
SQL
plain="$("$bin/pgbench" -n -f "$work/insert.sql" -c 64 -j 2 -T "$seconds" "$server/plain" 2>&1 | awk '/^tps/ { printf "%.0f", $3 }')"

serve() { "$crowd" serve "$1" 8090 2>"$work/log" & ours=$!; until curl -fs -o /dev/null http://127.0.0.1:8090/readyz; do sleep 0.1; done; }
end() { kill "$ours"; wait "$ours" 2>/dev/null || true; }
load() { wrk -t2 -c64 -d"${seconds}s" -s benches/peers/crowd.lua http://127.0.0.1:8090 -- declare "$1" /api/v1/people/me/declarations | tail -1; }
# Every acknowledged one is there; of those whose answer the end of the load cut off some are, one for each client at most.
counted() {
  read -r rate median p99 acknowledged errors <<<"$2"
  [ "$3" -ge "$acknowledged" ] && [ "$3" -le $((acknowledged + 64)) ] || { echo "$1: $acknowledged acknowledged, $3 there" >&2; exit 1; }
  printf '%-34s %8s /s   median %7s ms   p99 %7s ms   %s errors   %s acknowledged, %s there\n' "$1" "$rate" "$median" "$p99" "$errors" "$acknowledged" "$3"
}
ratio() { awk -v a="${1%% *}" -v b="$plain" 'BEGIN { printf "  ratio to PostgreSQL by itself %.2f\n", a / b }'; }
echo "$(nproc) cores, $people people, 64 clients, $seconds s each; load generator on the same cores"
printf '%-34s %8s /s\n' "PostgreSQL by itself, one insert" "$plain"

# The same people, moved from the one database to the other.
"$crowd" serve "$server/crowd" 8090 2>"$work/log" & ours=$!
until curl -fs -o /dev/null http://127.0.0.1:8090/readyz; do sleep 0.1; done
kill "$ours"; wait "$ours" 2>/dev/null || true
for table in records sealed_keys log_handed_in log_entries; do
  columns="$(sql crowd "SELECT string_agg(column_name, ',') FROM information_schema.columns WHERE table_name = '$table'")"
  python3 benches/peers/rows.py "$town/office.sqlite" "$table" "$columns" | "$bin/psql" -qX "$server/crowd" -c "TRUNCATE $table" -c "\\copy $table ($columns) FROM STDIN"
done
sql crowd "VACUUM ANALYZE"
serve "$server/crowd"
mine="$(load "$town/tokens")"
end
counted "Clean Bill on PostgreSQL" "$mine" "$(sql crowd "SELECT count(*) FROM records WHERE kind = 'evidence'")"
ratio "$mine"

cp "$town"/office.sqlite* "$work/"
serve "sqlite:$work/office.sqlite"
mine="$(load "$town/tokens")"
end
there="$(python3 -c 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("SELECT count(*) FROM records WHERE kind = ?", ("evidence",)).fetchone()[0])' "$work/office.sqlite")"
counted "Clean Bill on SQLite" "$mine" "$there"
ratio "$mine"
