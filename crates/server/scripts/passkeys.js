// Passkeys: a form is sent once the browser's own dialogue has answered it. Nothing else of a page depends on this script.

import { say } from "./words.js";

async function asked(path) {
  const answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail ?? body.title);
  return body;
}

const make = async () => {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await asked("/api/v1/passkeys/options"));
  return navigator.credentials.create({ publicKey });
};

const show = async () => {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await asked("/api/v1/sessions/passkey/options"));
  return navigator.credentials.get({ publicKey });
};

/** Why it did not work, in words. Whoever closes the browser's dialogue knows that they did. */
function why(error) {
  if (error.name === "InvalidStateError") return say("passkey-known");
  return error instanceof DOMException || error instanceof TypeError ? say("passkey-failed") : error.message;
}

function answering(form, act) {
  if (!form) return;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const [note, button] = [form.querySelector(".wrong"), form.querySelector("button")];
    note.hidden = true;
    button.disabled = true;
    try {
      form.elements.answer.value = JSON.stringify(await act());
      form.submit();
    } catch (error) {
      note.textContent = why(error);
      note.hidden = false;
      button.disabled = false;
    }
  });
}

if (globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON) {
  answering(document.getElementById("add-passkey"), make);
  answering(document.getElementById("show-passkey"), show);
}
