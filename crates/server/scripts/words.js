// Sentences for scripts: the page brings them in its reader's language.

const sentences = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

/** The sentence of a key, with values in its places. */
export function say(key, first = "", second = "") {
  return (sentences[key] ?? key).replace("{first}", first).replace("{second}", second);
}

/** How long ago an instant was. */
export function ago(instant) {
  const minutes = Math.max(0, Math.floor((Date.now() - instant) / 60_000));
  return minutes < 120 ? say("minutes-ago", minutes) : say("hours-ago", Math.floor(minutes / 60));
}

/** How long it is until an instant. */
export function left(instant) {
  const minutes = Math.floor((instant - Date.now()) / 60_000);
  if (minutes <= 0) return say("left-over");
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  if (days > 0) return say("left-days", days, hours);
  return hours > 0 ? say("left-hours", hours, rest) : say("left-minutes", rest);
}
