"""How close the shipped rule sets come to what the evidence allows, in simulated outbreaks.

    cargo build --release -p cleanbill
    python3 benches/accuracy/frontier.py NAME=OUTBREAK... --train OUTBREAK...      (needs PyPI: numpy scikit-learn matplotlib)

PROFILE=debug takes the binary of a debug build instead.

Each OUTBREAK is a folder with bundle/ and truth/. The bound is learned: gradient boosting on everything a person-day's evidence tells
(cases, homes and the people in them, tests, each symptom, meetings with cases), trained on the outbreaks after --train, restricting the
person-days it holds most likely to be infectious. It is opaque, and allowed what no rule set is; nothing transparent should be expected
above it. Prints a table, with the bound of a model trained on half of them beside it, and writes docs/screens/frontier.svg.
"""

import collections
import csv
import datetime
import json
import os
import subprocess
import sys
import tempfile

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

DAY = 86400
NEVER = 99.0
FIRST, LAST = "2020-01-20", "2020-03-04"
SYMPTOMS = """fever cough sore_throat runny_nose stuffy_nose fatigue headache muscle_pain shortness_of_breath diarrhoea nausea
loss_of_smell loss_of_taste rash chills""".split()
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")


def seconds(text):
    return datetime.datetime.fromisoformat(text).timestamp() if text else None


class Outbreak:
    """The evidence of an outbreak, and what nobody knew."""

    def __init__(self, folder):
        self.folder = folder
        table = lambda name: list(csv.DictReader(open(f"{folder}/bundle/{name}.csv")))
        number = {row["person"]: place for place, row in enumerate(table("people"))}
        homes = collections.defaultdict(list)
        for row in table("households"):
            homes[row["household"]].append(number[row["person"]])
        self.home = {person: home for home in homes.values() for person in home}
        self.cases = [(number[r["person"]], seconds(r["onset"]), seconds(r["confirmed"]), seconds(r["isolated"])) for r in table("cases")]
        self.declared = [(number[r["person"]], seconds(r["at"]), r["symptoms"].split(";")) for r in table("declarations") if r["symptoms"]]
        self.tests = [(number[r["person"]], seconds(r["sampled"]), seconds(r["reported"]), r["result"]) for r in table("tests")]
        self.meetings = self.meet(table("visits"), number)
        start = seconds(f"{FIRST}T00:00:00+08:00")
        days = round((seconds(f"{LAST}T00:00:00+08:00") - start) / DAY) + 1
        self.midnights = start + DAY * np.arange(days)
        self.shape = (len(number), days)
        self.infectious = np.zeros(self.shape, bool)
        for row in csv.DictReader(open(f"{folder}/truth/infections.csv")):
            if row["infectious"]:
                time = (self.midnights >= seconds(row["infectious"])) & (self.midnights < (seconds(row["ended"]) or np.inf))
                self.infectious[number[row["person"]]] = time

    def meet(self, visits, number):
        """When each person met each case at a venue while the case was infectious."""
        by_venue, by_person = collections.defaultdict(list), collections.defaultdict(list)
        for row in visits:
            visit = (seconds(row["entered"]), seconds(row["left"]), number[row["person"]])
            by_venue[row["venue"]].append(visit)
            by_person[visit[2]].append((row["venue"], *visit[:2]))
        by_venue = {venue: np.array(visits) for venue, visits in by_venue.items()}
        met = collections.defaultdict(list)
        for place, (person, onset, _, isolated) in enumerate(self.cases):
            first, last = onset - 2 * DAY, min(filter(None, (isolated, onset + 10 * DAY)))
            for venue, entered, left in by_person[person]:
                entered, left = max(entered, first), min(left, last)
                if entered < left:
                    there = by_venue[venue]
                    for a, b, other in there[(there[:, 0] < left) & (there[:, 1] > entered) & (there[:, 2] != person)]:
                        met[int(other), place].append((max(a, entered), min(b, left)))
        return met

    def features(self):
        """For each person and midnight what is known then, most of it as days since it was."""
        names = {}
        new = lambda name, value=NEVER: names.setdefault(name, np.full(self.shape, value, np.float32))
        midnights = self.midnights

        def since(feature, person, at, known):
            time = midnights >= known
            feature[person][time] = np.minimum(feature[person][time], ((midnights - at) / DAY)[time])

        confirmed, onsets = new("confirmed"), new("onset")
        home_last, home_onset, home_cases = new("home_last"), new("home_onset"), new("home_cases", 0.0)
        for person, onset, known, isolated in self.cases:
            since(confirmed, person, known, known)
            since(onsets, person, onset, known)
            for other in self.home.get(person, []):
                if other != person:
                    since(home_last, other, min(filter(None, (isolated, onset + 10 * DAY))), known)
                    since(home_onset, other, onset, known)
                    home_cases[other][midnights >= known] += 1
        results = {"positive": new("positive"), "negative": new("negative")}
        for person, sampled, reported, result in self.tests:
            if result in results:
                since(results[result], person, sampled, reported)
        each = {symptom: new(symptom) for symptom in SYMPTOMS}
        any_symptom, home_symptom, number = new("any"), new("home_symptom"), new("symptoms", 0.0)
        for person, at, symptoms in self.declared:
            for symptom in symptoms:
                since(each[symptom], person, at, at)
            since(any_symptom, person, at, at)
            time = (midnights >= at) & (midnights < at + 14 * DAY)
            number[person][time] = np.maximum(number[person][time], len(symptoms))
            for other in self.home.get(person, []):
                if other != person:
                    since(home_symptom, other, at, at)
        met_last = new("met_last")
        windows = {days: [new(f"{what}_{days}", 0.0) for what in ("cases", "minutes", "meetings")] for days in (5, 10, 14)}
        for (person, place), meetings in self.meetings.items():
            known, last = self.cases[place][2], max(end for _, end in meetings)
            since(met_last, person, last, known)
            for days, (cases, minutes, count) in windows.items():
                time = (midnights >= known) & (midnights < last + days * DAY)
                cases[person][time] += 1
                minutes[person][time] += sum(b - a for a, b in meetings) / 60
                count[person][time] += len(meetings)
        # What the others at home tell: how many they are, and how lately one of them met a case or declared symptoms after that.
        size, home_met, after, home_after = new("home_size", 1.0), new("home_met"), new("after"), new("home_after")
        negatives, met_before = new("negatives", 0.0), new("met_before", 0.0)
        for person, sampled, reported, result in self.tests:
            if result == "negative":
                negatives[person][midnights >= reported] += 1
        of_person = collections.defaultdict(list)
        for (person, place), meetings in self.meetings.items():
            of_person[person].append((self.cases[place][2], meetings[0][0], max(end for _, end in meetings)))
        for person, at, _ in self.declared:
            before = [known for known, first, last in of_person[person] if first <= at < last + 14 * DAY]
            for known in before:
                since(after, person, at, max(at, known))
                met_before[person][midnights >= max(at, known)] += 1
        for person, home in self.home.items():
            size[person] = len(home)
            for other in home:
                if other != person:
                    home_met[person] = np.minimum(home_met[person], met_last[other])
                    home_after[person] = np.minimum(home_after[person], after[other])
        return np.stack(list(names.values()), -1).reshape(-1, len(names))

    def rated(self, rules):
        """Person-days restricted, and infectious ones among them, by a rule set."""
        with tempfile.TemporaryDirectory() as folder:
            binary, days = f"{ROOT}/target/{os.environ.get('PROFILE', 'release')}/cleanbill", f"{folder}/days.parquet"
            rate = [binary, "rate", "--bundle", f"{self.folder}/bundle", "--rules", f"{ROOT}/{rules}", "--days", f"{FIRST}..{LAST}"]
            subprocess.run([*rate, "--out", days], check=True, capture_output=True)
            evaluate = [binary, "evaluate", "--ratings", days, "--truth", f"{self.folder}/truth"]
            found = json.loads(subprocess.run(evaluate, check=True, capture_output=True).stdout)
        return found["restricted_person_days"], found["infectious_days_restricted"] * found["infectious_person_days"]


def learned(outbreaks):
    """A model of which person-days are infectious. Of those that no evidence speaks of, one in eight stands for all."""
    features, truth, weight = [], [], []
    for place, outbreak in enumerate(outbreaks):
        all_of_it, infectious = outbreak.features(), outbreak.infectious.reshape(-1)
        # Nobody speaks of these: all columns but the size of the home are as they are for most.
        silent = ((all_of_it == NEVER) | (all_of_it <= 0)).sum(axis=1) >= all_of_it.shape[1] - 1
        kept = ~silent | (np.random.default_rng(place).random(len(silent)) < 1 / 8)
        features.append(all_of_it[kept])
        truth.append(infectious[kept])
        weight.append(np.where(silent, 8.0, 1.0)[kept])
    model = HistGradientBoostingClassifier(max_iter=250, learning_rate=0.06, min_samples_leaf=100, l2_regularization=1.0, random_state=1)
    return model.fit(np.concatenate(features), np.concatenate(truth), sample_weight=np.concatenate(weight))


def main():
    split = sys.argv.index("--train")
    outbreaks = {name: Outbreak(folder) for name, folder in (argument.split("=", 1) for argument in sys.argv[1:split])}
    training = [Outbreak(folder) for folder in sys.argv[split + 1 :]]
    whole_model, half_model = learned(training), learned(training[::2])
    columns = 4
    rows = -(-len(outbreaks) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(11, 2.9 * rows), sharex=True, sharey=True, squeeze=False)
    print("| outbreak | hand-made: restricted, caught | `proportionate` | learned bound there | at a third | at a third, half of the training |")
    print("|---|---|---|---|---|---|")
    for axis, (name, outbreak) in zip(axes.flat, outbreaks.items()):
        features, truth = outbreak.features(), outbreak.infectious.reshape(-1)

        def caught_by(model):
            order = np.argsort(-model.predict_proba(features)[:, 1], kind="stable")
            return np.cumsum(truth[order])

        caught, caught_by_half = caught_by(whole_model), caught_by(half_model)
        whole, whole_caught = outbreak.rated("rulesets/hangzhou-2020.toml")
        shares = np.linspace(0.02, 0.5, 97)
        bound = [caught[int(whole * share) - 1] / whole_caught for share in shares]
        axis.plot(shares, bound, color="0.55", label="learned bound")
        cells = [name]
        for rules, label, marker, colour in (
            ("benches/accuracy/hand-made.toml", "hand-made", "s", "tab:orange"),
            ("rulesets/proportionate.toml", "proportionate", "o", "tab:blue"),
        ):
            restricted, of = outbreak.rated(rules)
            x, y = restricted / whole, of / whole_caught
            axis.plot([x], [y], marker, color=colour, label=label)
            cells.append(f"{x:.1%}, {y:.1%}")
        axis.axvline(1 / 3, color="0.85", zorder=0)
        axis.axhline(0.8, color="0.85", zorder=0)
        axis.set_title(name, fontsize=9)
        cells.extend(f"{by[int(budget) - 1] / whole_caught:.1%}" for by, budget in ((caught, restricted), (caught, whole / 3), (caught_by_half, whole / 3)))
        print("| " + " | ".join(cells) + " |", flush=True)
    for axis in axes.flat[len(outbreaks) :]:
        axis.axis("off")
    axes.flat[0].set_xlim(0, 0.52)
    axes.flat[0].set_ylim(0.3, 1.0)
    figure.supxlabel("restricted person-days, as a share of those of hangzhou-2020", fontsize=9)
    figure.supylabel("infectious days caught, likewise", fontsize=9)
    handles, labels = axes.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="center", bbox_to_anchor=(0.87, 0.5 / rows), fontsize=9, frameon=False)
    figure.tight_layout()
    figure.savefig(f"{ROOT}/docs/screens/frontier.svg", metadata={"Date": None})


main()
