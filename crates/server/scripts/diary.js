// A diary of visits that stays on this phone, and its comparison with the notices that the authority published. What is found is told to
// nobody but the phone's owner. A visit: its number, the code that was scanned, the venue's number, name, kind and usual stay in minutes
// as far as they are known yet, when its owner came, and when they left if they said so.

import { within } from "./kept.js";

/** As long as the office keeps visits, in milliseconds. */
const KEPT = 14 * 24 * 3_600_000;
const NOTICES = "/api/v1/exposure-notices";
const PROFILE = "/api/v1/disease-profile";

const come = (visit) => Date.parse(visit.entered);

/** When somebody left, or is taken to have left. */
export const end = (visit) => visit.left ? Date.parse(visit.left) : come(visit) + (visit.stay ?? 60) * 60_000;

/** The visits, the latest first. Those that are too long ago are forgotten. */
export async function visits() {
  const all = await within("visits", "readonly", (store) => store.getAll());
  const old = all.filter((visit) => come(visit) < Date.now() - KEPT);
  for (const visit of old) await forget(visit.id);
  return all.filter((visit) => !old.includes(visit)).sort((one, other) => come(other) - come(one));
}

const put = (visit) => within("visits", "readwrite", (store) => store.put(visit));

/** The visit to a place that has not ended. */
export async function here(code) {
  return (await visits()).find((visit) => visit.code === code && !visit.left && end(visit) > Date.now());
}

/** Notes that the owner came to a place; once, however often they tap. */
export async function note(place) {
  if (!(await here(place.code))) await put({ ...place, entered: new Date().toISOString(), left: null });
}

/** Notes that the owner left. */
export async function leave(visit) {
  await put({ ...visit, left: new Date().toISOString() });
}

export const forget = (id) => within("visits", "readwrite", (store) => store.delete(id));
export const forgetAll = () => within("visits", "readwrite", (store) => store.clear());

/** Asks what a code stands for, without saying who asks; none where it hangs nowhere now or there is no network. */
async function placeOf(code) {
  try {
    const answer = await fetch(`/api/v1/venue-codes/${encodeURIComponent(code)}`, { credentials: "omit" });
    if (!answer.ok) return null;
    const { venue, name, kind, usual_stay_minutes: stay } = await answer.json();
    return { venue, name, kind, stay };
  } catch {
    return null;
  }
}

/** A published document: fetched, or else the one that was kept. */
async function published(path) {
  const kept = await caches.open("notices");
  try {
    const answer = await fetch(path, { credentials: "omit", cache: "no-cache" });
    if (answer.ok) await kept.put(path, answer.clone());
  } catch {
    // Without a network the kept one goes on, and its age is said.
  }
  return kept.match(path);
}

/**
 * Compares the diary with the notices: what was met, and from when the notices are; no instant where there are none yet, or nothing to
 * compare. Venues that are not known yet are asked for first.
 */
export async function compare() {
  const all = await visits();
  for (const visit of all.filter((visit) => !visit.venue)) {
    const place = await placeOf(visit.code);
    if (place) await put(Object.assign(visit, place));
  }
  const own = all.filter((visit) => visit.venue).map(({ venue, kind, entered, left }) => ({ venue, kind, entered, left }));
  if (!own.length) return { met: [], at: null };
  const [notices, profile] = [await published(NOTICES), await published(PROFILE)];
  if (!notices || !profile) return { met: [], at: null };
  const at = Date.parse(notices.headers.get("date"));
  const { Diary } = await (await import("./module.js")).ready;
  const diary = new Diary(new Uint8Array(await profile.arrayBuffer()));
  const met = JSON.parse(diary.matches(JSON.stringify(own), JSON.stringify((await notices.json()).notices), Date.now()));
  diary.free();
  const name = (venue) => all.find((visit) => visit.venue === venue)?.name ?? "";
  return { met: met.map((of) => ({ ...of, name: name(of.venue) })), at };
}
