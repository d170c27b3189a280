// Has messages sent to this browser. What is sent is sealed for it, and says that there is something to read, not what.

import { say } from "./words.js";

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

async function subscribe(key) {
  if (await Notification.requestPermission() !== "granted") throw new Error(say("push-refused"));
  const { pushManager } = await navigator.serviceWorker.ready;
  const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
  const answer = await fetch("/api/v1/people/me/push-subscriptions", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(subscription),
  });
  if (answer.ok) return;
  await subscription.unsubscribe();
  throw new Error((await answer.json()).detail ?? say("push-failed"));
}

const place = document.getElementById("push");
if (place && "serviceWorker" in navigator && "PushManager" in globalThis) {
  const [note, button] = [place.querySelector(".wrong"), place.querySelector("button")];
  place.hidden = false;
  button.addEventListener("click", async () => {
    note.hidden = true;
    button.disabled = true;
    try {
      await subscribe(place.dataset.key);
      location.reload();
    } catch (error) {
      note.textContent = error instanceof DOMException || error instanceof TypeError ? say("push-failed") : error.message;
      note.hidden = false;
      button.disabled = false;
    }
  });
}
