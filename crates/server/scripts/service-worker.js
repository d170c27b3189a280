// What a phone and a door's tablet keep: the parts of pages, of one version together, and the last page of each kind that was shown.
// It is served with the version and the list of parts filled in. Nothing of the API goes through it.

const VERSION = "@version@";
const PARTS = JSON.parse('@parts@');
const SHELL = `shell-${VERSION}`;
const PAGES = "pages";
/** How long a page is waited for before the kept one is shown, in milliseconds. */
const PATIENCE = 8_000;

/** Pages that are the same for everybody: signing out leaves them. */
const OPEN = ["/check", "/diary"];
const isKept = (path) => path === "/me" || OPEN.includes(path) || path.startsWith("/me/for/");

self.addEventListener("install", (event) => {
  const all = async () => (await caches.open(SHELL)).addAll(PARTS.map((path) => new Request(path, { cache: "no-cache" })));
  // The diary opens without a network also where nobody opened it before.
  const diary = async () => (await caches.open(PAGES)).add("/diary").catch(() => {});
  event.waitUntil(Promise.all([all(), diary()]).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith("shell-") && name !== SHELL);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (PARTS.includes(url.pathname)) event.respondWith(part(event.request, url.pathname));
  else if (event.request.mode === "navigate") event.respondWith(page(event.request, url.pathname));
});

async function part(request, path) {
  return (await (await caches.open(SHELL)).match(path)) ?? fetch(request);
}

/** The page from the network; where that does not answer, or fails, the one that was kept. */
async function page(request, path) {
  const kept = async () => isKept(path) && (await (await caches.open(PAGES)).match(path));
  try {
    const waited = new Promise((_, late) => setTimeout(late, PATIENCE));
    const old = await kept();
    const answer = await (old ? Promise.race([fetch(request), waited]) : fetch(request));
    if (answer.status >= 500 && old) return old;
    if (isKept(path)) await keep(path, answer);
    return answer;
  } catch {
    // A venue's code is noted on the phone where nothing else can be done with it.
    const instead = path.startsWith("/venue/") && (await (await caches.open(PAGES)).match("/diary"));
    return instead || (await kept()) || nothing();
  }
}

async function keep(path, answer) {
  const pages = await caches.open(PAGES);
  if (answer.ok) await pages.put(path, answer.clone());
  // Whoever is no longer signed in leaves no page behind.
  else if (answer.type === "opaqueredirect" && !OPEN.includes(path)) await pages.delete(path);
}

function nothing() {
  const words = `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Clean Bill</title><link rel="stylesheet" href="/style.css"><main><h1>No network · 没有网络</h1>
<p>Please try again in a moment. 请稍后再试。</p><p><a href="/me">My pass · 我的通行证</a></p><p><a href="/check">Check a pass · 查验通行证</a></p></main>`;
  return new Response(words, { status: 503, headers: { "content-type": "text/html; charset=utf-8" } });
}

// A message says that there is something to read, and where; nothing else of it stands on a locked screen.
self.addEventListener("push", (event) => {
  const { title, body } = event.data?.json() ?? {};
  event.waitUntil(self.registration.showNotification(title ?? "Clean Bill", { body, icon: "/icon.svg", tag: "cleanbill" }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const show = async () => {
    const pages = await self.clients.matchAll({ type: "window" });
    const open = pages.find((page) => new URL(page.url).pathname === "/me");
    return open ? open.focus() : self.clients.openWindow("/me");
  };
  event.waitUntil(show());
});
