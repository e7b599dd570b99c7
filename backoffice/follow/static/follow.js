// Live: hints from the server, the page asked for again; nothing is kept, nothing is counted but "somebody looked".
document.documentElement.classList.add("js");
const page = () => document.getElementById("main").dataset.page;
const SEEN_AFTER = 1500, AGAIN = 5000;
let source = null, map = null, told = false;

async function refresh() {
  const asked = new URL(location.href);
  const answer = await fetch(asked.pathname + asked.search, { cache: "no-store" });
  if (!answer.ok) return over();
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("main");
  const old = document.getElementById("main");
  if (!fresh?.dataset.page) return over();
  keep(old, fresh);
  old.replaceWith(fresh);
  connected(true);
  ready();
}

// What somebody is typing, and the map they have opened, outlive a refresh.
function keep(old, fresh) {
  const typed = old.querySelector("textarea"), field = fresh.querySelector("textarea");
  if (typed && field) field.value = typed.value;
  const focused = document.activeElement === typed && field;
  if (focused) queueMicrotask(() => field.focus());
  if (map && !document.getElementById("map")?.hidden) queueMicrotask(() => showMap());
}

// The link has ended: nothing of it stays on the screen.
function over() {
  source?.close();
  document.getElementById("main").replaceChildren();
  location.reload();
}

function connected(yes) {
  const line = document.getElementById("live");
  if (line) line.textContent = yes ? line.dataset.live : line.dataset.lost;
  document.documentElement.classList.toggle("lost", !yes);
}

function listen() {
  source = new EventSource(`${page()}/live`);
  source.addEventListener("hello", () => { connected(true); if (told) refresh(); told = true; });
  source.addEventListener("changed", refresh);
  source.addEventListener("gone", over);
  source.addEventListener("error", () => {
    connected(false);
    if (source.readyState === EventSource.CLOSED) setTimeout(async () => { await refresh().catch(() => {}); listen(); }, AGAIN);
  });
}

function ready() {
  document.getElementById("show-map")?.addEventListener("click", showMap);
}

async function showMap() {
  const box = document.getElementById("map");
  if (!box) return;
  document.getElementById("show-map").hidden = true;
  box.hidden = false;
  map = await import("./map.js");
  await map.draw(box, JSON.parse(box.dataset.map));
}

function seen() {
  if (document.visibilityState === "visible") fetch(`${page()}/seen`, { method: "POST", cache: "no-store" }).catch(() => {});
}

ready();
listen();
setTimeout(seen, SEEN_AFTER);
addEventListener("pageshow", (event) => { if (event.persisted) refresh(); });
document.documentElement.dataset.ready = "yes";
