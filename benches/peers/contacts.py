"""Called by contacts.sh: makes lists of cases, asks DuckDB and Clean Bill for their contacts, compares, and prints times."""

import datetime
import json
import os
import random
import resource
import subprocess
import sys
import time

import duckdb

city, days = sys.argv[1], int(sys.argv[2])
start = datetime.datetime.fromisoformat("2020-01-20T00:00:00+08:00")
at = start + datetime.timedelta(days=days)
release = os.path.abspath("target/release")
work = f"{city}-work"
os.makedirs(work, exist_ok=True)
index = f"{work}/visits.index"

# The shipped profile, with meetings summed over the whole infectious window and no limit above which people are asked first.
profile = f"{work}/profile.toml"
text = open("profiles/sars-cov-2.toml").read()
for old, new in (('sum_over = "24h"', 'sum_over = "window"'), ("ask_above = 200", "ask_above = 100000000")):
    assert old in text, old
    text = text.replace(old, new)
open(profile, "w").write(text)

con = duckdb.connect()
con.execute("set threads=2; set memory_limit='16GB'; set TimeZone='UTC'")
con.execute(f"set temp_directory='{work}/duckdb'")
population, visits = (con.execute(f"select count(*) from '{city}/{t}.parquet'").fetchone()[0] for t in ("people", "visits"))
print(f"{population:,} people, {visits:,} visits, {days} days; DuckDB {duckdb.__version__}, 2 threads")

SQL = """SELECT v.person, c."case", sum(least(epoch(v."left"), c.t_out) - greatest(epoch(v.entered), c.t_in)) s
FROM visits v JOIN cases c ON v.venue = c.venue
WHERE epoch(v.entered) < c.t_out AND epoch(v."left") > c.t_in AND v.person <> c.person GROUP BY 1, 2 HAVING s >= 900"""
con.execute(f"create view visits as select * from '{city}/visits.parquet'")


def make_cases(count):
    """A bundle of so many cases, whose other tables are those of the city."""
    folder = f"{work}/cases-{count}"
    os.makedirs(folder, exist_ok=True)
    for table in ("people", "venues", "visits"):
        if not os.path.exists(f"{folder}/{table}.parquet"):
            os.link(f"{city}/{table}.parquet", f"{folder}/{table}.parquet")
    rng = random.Random(count)
    width = len(str(population - 1))
    with open(f"{folder}/cases.csv", "w") as cases, open(f"{folder}.trace.csv", "w") as trace:
        cases.write("case,person,status,onset,confirmed,isolated,recovered\n")
        trace.write("person,onset\n")
        for number, person in enumerate(rng.sample(range(population), count)):
            onset = start + datetime.timedelta(days=2 + rng.randrange(max(1, days - 4)))
            cases.write(f"c{number:05},p{person:0{max(6, width)}},confirmed,{onset.isoformat()},{at.isoformat()},,\n")
            trace.write(f"p{person:0{max(6, width)}},{onset.isoformat()}\n")
    return folder


def run(command):
    """Runs a command; gives its output, seconds and highest memory in MiB."""
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, command
    return output, time.monotonic() - begin, usage.ru_maxrss / 1024


def duckdb_pairs(folder):
    """DuckDB's pairs in a table `theirs`; the best time of three for few cases, of one for many."""
    con.execute(f"""create or replace table cases as
        select v.person, c."case", v.venue, greatest(epoch(v.entered), epoch(c.onset) - 2 * 86400) t_in,
               least(epoch(v."left"), epoch(c.onset) + 10 * 86400) t_out
        from visits v join read_csv('{folder}/cases.csv', types={{'onset': 'timestamptz'}}) c on v.person = c.person
        where epoch(v.entered) < epoch(c.onset) + 10 * 86400 and epoch(v."left") > epoch(c.onset) - 2 * 86400""")
    own = con.execute("select count(*) from cases").fetchone()[0]
    best = None
    for _ in range(3 if own < 10000 else 1):
        begin = time.monotonic()
        con.execute(f"create or replace table theirs as {SQL}")
        best = min(best or 1e9, time.monotonic() - begin)
    return own, best


rows = []
for count in (1, 100, 10_000):
    folder = make_cases(count)
    out = f"{folder}.pairs.parquet"
    command = [f"{release}/cleanbill", "contacts", "--bundle", folder, "--index", index, "--profile", profile,
               "--at", at.isoformat(), "--out", out]
    if not os.path.exists(f"{index}/source.txt"):
        _, seconds, memory = run(command)
        size = sum(os.path.getsize(f"{index}/{name}") for name in os.listdir(index))
        print(f"index built: {seconds:.0f} s with all else, {memory:,.0f} MiB of memory, {size / 1e9:.1f} GB on disk")
    _, whole, whole_memory = run(command)
    trace = [f"{release}/examples/trace", index, f"{index}/source.txt", profile, f"{folder}.trace.csv", at.isoformat()]
    output, _, memory = run(trace)
    ours = json.loads(output)
    output, _, _ = run([*trace, "--bare"])
    bare = json.loads(output.splitlines()[1])
    assert bare["pairs"] == ours["pairs"], (bare, ours)
    own, theirs = duckdb_pairs(folder)
    con.execute(f"create or replace table ours as select person, \"case\", minutes from '{out}'")
    difference = """select count(*) from (
        (select person, "case", floor(s / 60)::bigint m from theirs except select person, "case", minutes from ours) union all
        (select person, "case", minutes m from ours except select person, "case", floor(s / 60)::bigint from theirs))"""
    differing = con.execute(difference).fetchone()[0]
    pairs = con.execute("select count(*) from theirs").fetchone()[0]
    assert differing == 0 and pairs == ours["pairs"], f"{differing} pairs differ, {pairs} and {ours['pairs']}"
    print(f"{count:,} cases, {own:,} own visits, {pairs:,} pairs, all equal: DuckDB {theirs:.2f} s; "
          f"index on disk {ours['best_s']:.5f} s (first {ours['first_s']:.4f} s, {memory:,.0f} MiB), {theirs / ours['best_s']:,.0f} times "
          f"as fast; bare index in memory {bare['bare_best_s']:.5f} s, {ours['best_s'] / bare['bare_best_s']:.1f} times that; "
          f"the command with reading people and writing {whole:.1f} s, {whole_memory:,.0f} MiB", flush=True)
