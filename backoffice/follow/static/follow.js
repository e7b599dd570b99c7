// Live: hints from the server, the page asked for again; nothing is kept, nothing is counted but "somebody looked".
document.documentElement.classList.add("js");
const page = () => document.getElementById("main").dataset.page;
const SEEN_AFTER = 1500, AGAIN = 5000, ANSWER = 10000, PRESS = 2000;
let source = null, open = false, busy = false, wanted = false, failed = false, ended = false, later = 0;

// One request at a time: an older answer never lies over a newer one. A server that is away for a moment ends nothing.
async function refresh() {
  if (busy || ended) { wanted = true; return; }
  busy = true;
  wanted = false;
  try { await look(); } catch { lost(); }
  busy = false;
  if (wanted) refresh();
}

async function look() {
  const answer = await fetch(location.pathname + location.search, { cache: "no-store", signal: AbortSignal.timeout(ANSWER) });
  if (answer.status >= 500) throw new Error(answer.status);
  if (!answer.ok) return over();
  const text = await answer.text();
  await finger.lifted();
  const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("main");
  if (!fresh?.dataset.page) return over();
  put(fresh);
  if (failed) listen();
  failed = false;
}

// What somebody is typing, and the map they have opened, outlive a refresh.
function put(fresh) {
  const old = document.getElementById("main");
  const typed = old.querySelector("textarea"), field = fresh.querySelector("textarea");
  const focused = document.activeElement === typed && field;
  if (typed && field) field.value = typed.value;
  old.replaceWith(fresh);
  if (focused) {
    field.focus({ preventScroll: true });
    field.setSelectionRange(typed.selectionStart, typed.selectionEnd);
  }
  connected(source?.readyState === EventSource.OPEN);
  if (open) showMap();
}

function lost() {
  failed = true;
  connected(false);
  clearTimeout(later);
  later = setTimeout(refresh, AGAIN);
}

// The link has ended: nothing of it stays on the screen.
function over() {
  ended = true;
  source?.close();
  document.getElementById("main").replaceChildren();
  location.reload();
}

function connected(yes) {
  const line = document.getElementById("live");
  if (line) line.textContent = yes ? line.dataset.live : line.dataset.lost;
  document.documentElement.classList.toggle("lost", !yes);
}

// What changed since the page was drawn, or while the line was away, had no hint: the hello asks for it.
function listen() {
  source?.close();
  source = new EventSource(`${page()}/live`);
  source.addEventListener("hello", () => { connected(true); refresh(); });
  source.addEventListener("changed", refresh);
  source.addEventListener("gone", over);
  source.addEventListener("error", () => {
    connected(false);
    if (source.readyState === EventSource.CLOSED) setTimeout(async () => { await refresh(); if (!ended) listen(); }, AGAIN);
  });
}

async function showMap() {
  const box = document.getElementById("map");
  if (!box) return;
  open = true;
  document.getElementById("show-map").hidden = true;
  box.hidden = false;
  const map = await import("./map.js");
  await map.draw(box, JSON.parse(box.dataset.map));
}

// A button that is replaced between press and release is never clicked: the page waits, not for ever.
const finger = {
  down: false,
  waiting: [],
  lift() { this.down = false; for (const go of this.waiting.splice(0)) go(); },
  lifted() { return this.down ? new Promise((go) => { this.waiting.push(go); setTimeout(go, PRESS); }) : null; },
};
addEventListener("pointerdown", () => { finger.down = true; }, { capture: true, passive: true });
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(() => finger.lift()), { capture: true, passive: true });

function seen() {
  if (document.visibilityState === "visible") fetch(`${page()}/seen`, { method: "POST", cache: "no-store" }).catch(() => {});
}

document.addEventListener("click", ({ target }) => { if (target.closest?.("#show-map")) showMap(); });
listen();
setTimeout(seen, SEEN_AFTER);
addEventListener("pageshow", (event) => { if (event.persisted) refresh(); });
document.documentElement.dataset.ready = "yes";
