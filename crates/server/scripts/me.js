// A resident's page while it is open: the code is live, the countdown goes on, a colour that changes is shown at once, and without a
// network the page says how old it is. Everything else works without this script.

import { compare } from "./diary.js";
import { current, fetchPasses, forget, load, prove } from "./wallet.js";
import { ago, left, say } from "./words.js";

/** How long a drawn code is shown, in milliseconds; doors accept a proof for a minute. */
const SHOWN = 30_000;
/** How often the service is asked whether something changed. */
const ASKED = 15_000;

const me = () => document.getElementById("me");
let wallet, drawn = 0, tag = "", drawing = false;
// Without the module the code of the page stays, which is as good as paper.
const module = import("./module.js").then((of) => of.ready).catch(() => null);

function countDown() {
  for (const of of document.querySelectorAll(".left[data-until]")) of.textContent = left(Date.parse(of.dataset.until));
}

/** Fetches passes where there are none that go with the page. */
async function renew() {
  const { person, issued } = me().dataset;
  wallet = await load(person);
  if (wallet && current(wallet) && wallet.since === issued) return;
  if (issued && navigator.onLine) wallet = await fetchPasses(person, issued);
}

async function draw() {
  const [code, device, pass] = [document.getElementById("code"), await module, current(wallet)];
  if (!code || !device || !pass || drawing) return;
  drawing = true;
  try {
    const text = await prove(device, pass);
    code.innerHTML = device.drawCode(text, false);
    drawn = Date.now();
    code.dataset.proved = new Date(drawn).toISOString();
  } finally {
    drawing = false;
  }
}

function tick() {
  if (drawn && Date.now() - drawn >= SHOWN) draw().catch(() => {});
  const line = document.getElementById("live");
  if (!drawn || !line) return;
  const seconds = Math.min(SHOWN / 1000, Math.round((Date.now() - drawn) / 1000));
  line.innerHTML = "<i></i><span></span>";
  line.lastChild.textContent = `${say("live-now")} ${say("live-renewed", seconds, SHOWN / 1000 - seconds)}`;
}

function offline() {
  const note = document.getElementById("offline");
  const pass = current(wallet);
  note.textContent = pass || !wallet ? say("offline-pass", ago(Date.parse(me().dataset.made))) : say("offline-old");
  note.hidden = false;
}

/** Whether somebody is writing in a form of the page. */
const isWriting = () => Array.from(me().querySelectorAll("textarea, input:not([type=hidden])")).some((field) =>
  field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue);

/** Shows the page as it is now, and says so where the colour is another one. */
async function refresh() {
  const answer = await fetch(location.pathname, { headers: { accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  await globalThis.caches?.open("pages").then((pages) => pages.put(location.pathname, answer.clone()));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("me");
  if (!fresh) return;
  const changed = fresh.dataset.level !== me().dataset.level;
  if (isWriting()) {
    me().querySelector(".status").replaceWith(fresh.querySelector(".status"));
    Object.assign(me().dataset, fresh.dataset);
  } else {
    me().replaceWith(fresh);
  }
  document.title = page.title;
  if (changed) {
    const note = document.createElement("p");
    note.className = "note asked";
    note.setAttribute("role", "status");
    me().prepend(note);
    // A screen reader says what enters a region that is there already.
    setTimeout(() => { note.textContent = `${say("colour-changed")} ${document.getElementById("colour").textContent.trim()}`; }, 100);
    navigator.vibrate?.([80, 60, 80]);
  }
  await start();
}

async function ask() {
  const { person } = me().dataset;
  const path = person === "me" ? "/api/v1/me/pass" : `/api/v1/people/${person}/colour`;
  let answer;
  try {
    answer = await fetch(path, { cache: "no-store", headers: tag ? { "if-none-match": tag } : {} });
  } catch {
    return offline();
  }
  if (answer.status >= 500) return offline();
  document.getElementById("offline").hidden = true;
  if (answer.status !== 200) return;
  tag = answer.headers.get("etag") ?? "";
  const now = await answer.json();
  if (now.level !== me().dataset.level || (now.issued && now.issued !== me().dataset.issued)) await refresh();
}

async function start() {
  countDown();
  if (new URLSearchParams(location.search).get("done") === "revoked") {
    await forget(me().dataset.person);
    history.replaceState(null, "", location.pathname);
  }
  await renew().catch(() => {});
  await draw().catch(() => {});
  tick();
  sayMet().catch(() => {});
}

/** Says that the diary on this phone met a notice; what it met stands in the diary alone. */
async function sayMet() {
  const { met } = await compare();
  const note = document.getElementById("met");
  if (note) note.hidden = met.length === 0;
}

const isSeen = () => document.visibilityState === "visible";
setInterval(() => isSeen() && tick(), 1_000);
setInterval(() => isSeen() && countDown(), 20_000);
setInterval(() => isSeen() && ask().catch(() => {}), ASKED);
addEventListener("online", () => refresh().catch(() => {}));
addEventListener("offline", offline);
document.addEventListener("visibilitychange", () => isSeen() && Promise.all([draw(), ask()]).catch(() => {}));
start().then(ask).catch(() => {});
