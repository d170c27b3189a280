// The diary's page. It is kept by the service worker, and is also what a venue's code opens where there is no network.

import { compare, end, forget, forgetAll, leave, note, visits } from "./diary.js";
import { ago, say } from "./words.js";

const find = (id) => document.getElementById(id);
/** A visit that is longer ago is over, whatever its owner says now. */
const STAY = 48 * 3_600_000;
const times = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
const span = (from, to) => times.formatRange(new Date(from), new Date(to));

function button(words, act) {
  const of = document.createElement("button");
  of.className = "quiet";
  of.textContent = words;
  of.addEventListener("click", () => act().then(list).catch(failed));
  return of;
}

function failed() {
  find("said").textContent = say("diary-failed");
}

/** A line of the diary: where, from when until when, and what can be done with it. */
function line(visit) {
  const [item, name, when, actions] = ["li", "strong", "span", "span"].map((of) => document.createElement(of));
  name.textContent = visit.name || `${say("diary-code")} ${visit.code}`;
  const [isThere, since] = [!visit.left && end(visit) > Date.now(), Date.parse(visit.entered)];
  when.textContent = isThere ? ` ${times.format(since)} – ${say("diary-here")}` : ` ${span(since, end(visit))}${visit.left ? "" : ` (${say("diary-usual")})`}`;
  actions.className = "actions";
  if (!visit.left && Date.now() - since < STAY) actions.append(button(say("diary-left"), () => leave(visit)));
  actions.append(button(say("diary-forget"), () => forget(visit.id)));
  item.append(name, when, actions);
  return item;
}

async function list() {
  const all = await visits();
  find("visits").replaceChildren(...all.map(line));
  find("none").hidden = all.length > 0;
  find("all").hidden = all.length === 0;
  const { met, at } = await compare();
  find("met").replaceChildren(...met.map((of) => {
    const item = document.createElement("li");
    const name = document.createElement("strong");
    name.textContent = of.name;
    item.append(name, ` ${span(of.first, of.last)}, ${say("diary-minutes", of.minutes)}`);
    return item;
  }));
  find("advice").hidden = met.length === 0;
  const answer = at === null ? (all.length ? "diary-unknown" : "diary-empty") : met.length ? "diary-met" : "diary-nothing";
  find("said").textContent = say(answer);
  find("age").textContent = at === null ? "" : `${say("diary-age")} ${ago(at)}`;
  find("diary").dataset.compared = answer;
}

/** What a venue's code opens without a network. */
function offer() {
  const code = decodeURIComponent(location.pathname.match(/^\/venue\/([^/]+)$/)?.[1] ?? "");
  if (!code) return;
  find("offer").hidden = false;
  find("offered").textContent = code;
  find("take").addEventListener("click", () => note({ code }).then(() => { find("offer").hidden = true; }).then(list).catch(failed));
}

find("diary").hidden = false;
find("by-code").addEventListener("submit", (event) => {
  event.preventDefault();
  const code = find("code").value.replaceAll(/[^0-9a-z]/gi, "").toUpperCase();
  find("code").value = "";
  if (code) note({ code }).then(list).catch(failed);
});
find("again").addEventListener("click", () => list().catch(failed));
find("forget-all").addEventListener("click", () => forgetAll().then(list).catch(failed));
addEventListener("online", () => list().catch(failed));
offer();
list().catch(failed);
