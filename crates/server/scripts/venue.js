// At a venue's door: what is noted on this phone, with or without checking in. Checking in works without this script.

import { here, leave, note } from "./diary.js";

const place = document.getElementById("on-phone");
const [take, left] = [document.getElementById("take"), document.getElementById("left")];
const { code, venue, name, kind, stay } = place.dataset;
const known = { code, venue, name, kind, stay: Number(stay) };

async function show() {
  const visit = await here(code);
  take.hidden = Boolean(visit);
  left.hidden = !visit;
}

take.addEventListener("click", () => note(known).then(show));
left.addEventListener("click", async () => {
  await leave(await here(code));
  await show();
});

// Whoever checks in or out has it in the diary too. The form goes on, whatever this browser does with it.
for (const [action, act] of [["in", () => note(known)], ["out", async () => { const visit = await here(code); if (visit) await leave(visit); }]]) {
  const form = document.querySelector(`form input[name=action][value=${action}]`)?.form;
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    act().catch(() => {}).then(() => form.submit());
  });
}

// Where storage is refused there is no diary to offer.
show().then(() => { place.hidden = false; }).catch(() => {});
