// The passes of the hours ahead and the keys they are bound to. A key is made here, cannot be taken out of this browser, and signs
// every half minute that this phone is here.

import { within } from "./kept.js";

const KEYS = 24;
const ECDSA = { name: "ECDSA", namedCurve: "P-256" };

const hexadecimal = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The passes that this phone has for somebody. */
export const load = (person) => within("wallets", "readonly", (wallets) => wallets.get(person));

/** Forgets them. */
export const forget = (person) => within("wallets", "readwrite", (wallets) => wallets.delete(person));

/** Fetches passes for the hours ahead; `since` is what they go with: another one means that they no longer count. */
export async function fetchPasses(person, since) {
  const pairs = await Promise.all(Array.from({ length: KEYS }, () => crypto.subtle.generateKey(ECDSA, false, ["sign"])));
  const raw = await Promise.all(pairs.map((pair) => crypto.subtle.exportKey("raw", pair.publicKey)));
  const answer = await fetch(`/api/v1/people/${person}/passes`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ keys: raw.map(hexadecimal) }),
  });
  if (!answer.ok) throw new Error(`no passes: ${answer.status}`);
  const passes = (await answer.json()).map((pass, hour) => ({ ...pass, key: pairs[hour].privateKey }));
  const wallet = { person, since, passes };
  await within("wallets", "readwrite", (wallets) => wallets.put(wallet));
  return wallet;
}

/** The pass of this hour; none where all are over. */
export function current(wallet) {
  const now = Date.now();
  const good = (wallet?.passes ?? []).filter((pass) => Date.parse(pass.from) <= now + 60_000 && now < Date.parse(pass.expires));
  return good.at(-1);
}

/** The text of a pass with the proof that this phone is here now. */
export async function prove(module, pass) {
  const proof = module.prove(pass.text, Date.now());
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pass.key, proof.toBeSigned());
  return proof.attach(new Uint8Array(signature));
}
