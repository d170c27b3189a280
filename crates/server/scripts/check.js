// The door: a camera, a hand scanner, a picture or a typed text becomes a verdict over the whole screen, also without a network.
// Nothing about the people whose passes are read is kept or sent.

import { Camera } from "./camera.js";
import { ago, say } from "./words.js";

const TRUST_LIST = "/api/v1/trust-list";
const FILTER = "/api/v1/revocation-filter";
/** How often the lists are fetched anew, in milliseconds. */
const FETCHED = 300_000;
/** How long a verdict stands while the camera is on; a tap ends it sooner. */
const STANDS = 6_000;
/** A code that stays in view is one person. */
const SAME = 3_000;
const SHAPES = { admit: "green", do_not_admit: "red", ask_for_help: "yellow" };
const TONES = { admit: [660, 880], do_not_admit: [220, 180, 150], ask_for_help: [440, 440] };
const SHAKES = { admit: [60], do_not_admit: [300, 100, 300], ask_for_help: [100, 80, 100] };

/** Reasons that speak for admitting: said last where the answer is another one. */
const FOR = ["level_green", "live", "paper", "vaccination", "test_negative", "recovery", "revocation_unchecked"];

const find = (id) => document.getElementById(id);
const { publisher, module } = find("door").dataset;
const language = document.documentElement.lang.slice(0, 2);
const verdict = find("verdict");
const editions = {};
let sound, timer, seen = { text: "", at: 0 };

/** The worker; a call of one of its acts gives what it did. */
const worker = module === "true" && publisher ? new Worker("/scripts/door-worker.js", { type: "module" }) : null;
const waiting = new Map();
let calls = 0;
function call(act, data = {}, transfer = []) {
  return new Promise((done, failed) => {
    waiting.set(++calls, { done, failed });
    worker.postMessage({ ...data, act, id: calls }, transfer);
  });
}
worker?.addEventListener("message", ({ data }) => {
  const { done, failed } = waiting.get(data.id);
  waiting.delete(data.id);
  if (data.failed === undefined) done(data.done);
  else failed(new Error(data.failed));
});

function tell(key) {
  find("said").textContent = say(key);
}

/** Plays tones one after the other: rising for admit, low for do not admit, twice the same for ask for help. */
function play(tones) {
  if (!sound) return;
  tones.forEach((pitch, place) => {
    const [tone, loudness, from] = [sound.createOscillator(), sound.createGain(), sound.currentTime + place * 0.18];
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0.25, from);
    loudness.gain.exponentialRampToValueAtTime(0.001, from + 0.16);
    tone.connect(loudness).connect(sound.destination);
    tone.start(from);
    tone.stop(from + 0.17);
  });
}

function show({ text, answer }) {
  const [now, isSame] = [Date.now(), text === seen.text && Date.now() - seen.at < SAME];
  seen = { text, at: now };
  if (isSame || verdict.open) return;
  verdict.className = `verdict ${SHAPES[answer.verdict]}`;
  verdict.dataset.verdict = answer.verdict;
  verdict.dataset.why = answer.why.join(" ");
  find("verdict-shape").innerHTML = document.querySelector(`[data-shape=${SHAPES[answer.verdict]}]`).innerHTML;
  find("verdict-word").textContent = say(`verdict-${answer.verdict.replaceAll("_", "-")}`);
  const born = answer.birthday ? `${say("door-born")} ${answer.birthday}` : "";
  find("verdict-holder").textContent = [answer.initials, born].filter(Boolean).join(" · ");
  const speaksFor = (why) => Number(FOR.includes(why));
  const reasons = [...answer.why].sort((one, other) => speaksFor(one) - speaksFor(other));
  find("verdict-why").replaceChildren(...reasons.map((why) => {
    const line = document.createElement("li");
    line.textContent = say(`why-${why.replaceAll("_", "-")}`);
    return line;
  }));
  const help = answer.help ?? {};
  find("verdict-help").textContent = answer.verdict === "admit" ? "" : (help[language] ?? Object.values(help)[0] ?? "");
  verdict.showModal();
  play(TONES[answer.verdict]);
  navigator.vibrate?.(SHAKES[answer.verdict]);
  clearTimeout(timer);
  if (camera.isOn()) timer = setTimeout(() => verdict.close(), STANDS);
}

// ---- The lists ----

const isStale = () => [editions.list, editions.filter].some((edition) => edition && Date.parse(edition.expires) < Date.now());

function tellAges() {
  const age = (edition) => edition ? (Date.now() - Date.parse(edition.issued) < 60_000 ? say("door-age-now") : ago(Date.parse(edition.issued))) : "–";
  find("list-age").textContent = age(editions.list);
  find("filter-age").textContent = age(editions.filter);
  if (!editions.list) tell("door-no-lists");
  else if (isStale()) tell("door-stale");
  else if (!camera.isOn()) tell("door-ready");
}

async function take(path, answer) {
  const bytes = await answer.arrayBuffer();
  const taken = await call("lists", path === TRUST_LIST ? { list: bytes } : { filter: bytes });
  Object.assign(editions, taken);
}

/** Those that are kept first: an older one is refused afterwards. */
async function takeKept() {
  const lists = await caches.open("lists");
  for (const path of [TRUST_LIST, FILTER]) {
    const kept = await lists.match(path);
    if (kept) await take(path, kept).catch(() => lists.delete(path));
  }
}

async function fetchLists() {
  const lists = await caches.open("lists");
  for (const path of [TRUST_LIST, FILTER]) {
    try {
      const answer = await fetch(path, { cache: "no-store" });
      if (!answer.ok) continue;
      await take(path, answer.clone());
      await lists.put(path, answer);
    } catch {
      // Without a network the kept ones go on, and their age is shown.
    }
  }
  tellAges();
}

// ---- What is read ----

const checkText = (text) => call("check", { text: text.trim(), at: Date.now() }).then(show).catch(() => tell("door-failed"));

/** Shows a verdict, and how long it took from the frame on. */
function showSince(begun, done) {
  show(done);
  performance.measure("verdict", { start: begun });
}

const camera = new Camera(find("video"), {
  text: (text) => {
    const begun = performance.now();
    return call("check", { text, at: Date.now() }).then((done) => showSince(begun, done));
  },
  frame: ({ data, width, height }) => {
    const begun = performance.now();
    const looked = call("frame", { pixels: data.buffer, width, height, at: Date.now() }, [data.buffer]);
    return looked.then((done) => done.answer && showSince(begun, done));
  },
  paused: () => verdict.open,
});

find("start").addEventListener("click", async () => {
  sound ??= new AudioContext();
  if (camera.isOn()) camera.stop();
  else if (!(await camera.start())) return tell("door-no-camera");
  find("start").textContent = say(camera.isOn() ? "door-stop" : "door-camera");
  find("torch").hidden = !camera.hasTorch();
  tell(camera.isOn() ? "door-looking" : "door-ready");
});
find("torch").addEventListener("click", async () => find("torch").setAttribute("aria-pressed", String(await camera.turnTorch())));
find("picture").addEventListener("change", async ({ target }) => {
  const [file] = target.files;
  target.value = "";
  if (!file) return;
  const bytes = await file.arrayBuffer();
  await call("picture", { bytes, at: Date.now() }, [bytes]).then(show).catch(() => tell("door-no-code"));
});
find("next").addEventListener("click", () => verdict.close());
find("essential").addEventListener("change", ({ target }) => {
  localStorage.setItem("essential", String(target.checked));
  call("lists", { essential: target.checked }).catch(() => tell("door-failed"));
});

// Hand scanners type quickly and end with Enter, wherever the page's focus is.
let typed = "", last = 0;
document.addEventListener("keydown", (event) => {
  if (!worker || event.target.matches?.("textarea, input")) return;
  const isQuick = event.timeStamp - last < 120;
  last = event.timeStamp;
  typed = isQuick ? typed : "";
  if (event.key.length === 1) typed += event.key;
  if (typed.length > 3) event.preventDefault();
  if (event.key === "Enter" && typed.length > 20) {
    if (verdict.open) verdict.close();
    checkText(typed);
    typed = "";
  }
}, true);

async function start() {
  const bytes = Uint8Array.from(publisher.match(/../g), (pair) => parseInt(pair, 16));
  await call("start", { publisher: bytes });
  find("scanner").hidden = false;
  find("essential").checked = localStorage.getItem("essential") === "true";
  await call("lists", { essential: find("essential").checked });
  await takeKept();
  tellAges();
  find("typed").addEventListener("submit", (event) => {
    event.preventDefault();
    checkText(find("text").value);
    find("text").value = "";
  });
  find("text").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    find("typed").requestSubmit();
  });
  await fetchLists();
  find("door").dataset.ready = "true";
  setInterval(fetchLists, FETCHED);
  setInterval(tellAges, 30_000);
  addEventListener("online", fetchLists);
}

if (worker) start().catch(() => { find("scanner").hidden = false; tell("door-failed"); });
