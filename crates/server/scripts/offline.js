// Lets pages open without a network: registers the service worker, and keeps the page that was open before there was one.

const KEPT = ["/me", "/check", "/diary"];

async function prepare() {
  const had = navigator.serviceWorker.controller !== null;
  await navigator.serviceWorker.register("/service-worker.js");
  await navigator.serviceWorker.ready;
  if (!had && KEPT.includes(location.pathname)) {
    const page = await fetch(location.pathname, { headers: { accept: "text/html" } });
    if (page.ok && !page.redirected) await (await caches.open("pages")).put(location.pathname, page);
  }
  document.documentElement.dataset.offline = "ready";
}

// Where it is refused (private windows, no HTTPS) pages go on as without it.
if ("serviceWorker" in navigator) prepare().catch(() => {});
