// The wall: hints over server-sent events, the figures asked for again when one comes, clocks that count in between.
import { bar, el, emptyBar, fill, line, pipLine, reshape, say, ticking } from "./wall-parts.js";
import { WallMap } from "./wall-map.js";

const CATCH_UP_MS = 10000, GAP_MS = 300, AGAIN_MS = 3000, ANSWER_MS = 8000, OLD_MS = 30000;
const body = document.body;
const words = JSON.parse(body.dataset.texts);
const one = (selector) => document.querySelector(selector);
const zone = { timeZone: body.dataset.zone };
const hour = new Intl.DateTimeFormat("en-GB", { ...zone, hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat(body.dataset.lang, { ...zone, month: "short", day: "numeric", weekday: "short" });

class Wall {
  constructor() {
    this.skew = Number(body.dataset.now) - Date.now();
    this.map = new WallMap(one("#map"), one("#follow"));
    this.data = null;
    this.seenAt = 0;
    this.busy = false;
    this.wanted = false;
    this.over = false;
    this.connect();
    setInterval(() => this.tick(), 1000);
    setInterval(() => this.ask(), CATCH_UP_MS);
    for (const turn of ["online", "offline"]) addEventListener(turn, () => this.ask());
    addEventListener("keydown", (event) => { if (event.key === "f" || event.key === "F") this.map.letGo(); });
    this.ask();
  }

  now() { return Date.now() + this.skew; }

  connect() {
    this.source?.close();
    this.source = new EventSource("/console/wall/live");
    this.source.addEventListener("hello", () => this.ask());
    this.source.addEventListener("wall", () => this.ask());
    this.source.addEventListener("gone", () => this.gone());
    this.source.addEventListener("error", () => this.broken());
  }

  // The browser tries again by itself until a server answers something else than a stream; then we do.
  broken() {
    if (this.source.readyState !== EventSource.CLOSED) return;
    clearTimeout(this.connecting);
    this.connecting = setTimeout(() => this.connect(), AGAIN_MS);
  }

  gone() {
    this.over = true;
    this.source.close();
    this.link("lost", words.gone);
    clearTimeout(this.connecting);
    this.connecting = setTimeout(() => location.reload(), 10 * AGAIN_MS);
  }

  async ask() {
    if (this.busy) { this.wanted = true; return; }
    this.busy = true;
    this.wanted = false;
    try { await this.read(); } catch { this.tick(); }
    setTimeout(() => { this.busy = false; if (this.wanted) this.ask(); }, GAP_MS);
  }

  async read() {
    const answer = await fetch("/console/wall/data", { headers: { "X-Live": "1", Accept: "application/json" }, cache: "no-store", redirect: "error", signal: AbortSignal.timeout(ANSWER_MS) });
    if (answer.status === 401) { this.gone(); return; }
    if (!answer.ok) return;
    const data = await answer.json();
    if (data.build !== body.dataset.build) { location.reload(); return; }
    this.over = false;
    this.skew = data.now - Date.now();
    this.seenAt = this.now();
    this.data = data;
    this.show(data);
    this.tick();
  }

  show(data) {
    for (const node of document.querySelectorAll("[data-count]")) {
      say(node, data.counts[node.dataset.count]);
      node.parentElement.classList.toggle("none", data.counts[node.dataset.count] === 0);
    }
    say(one("[data-countdowns]"), data.countdowns);
    this.map.show(data.cities, this.now());
    for (const which of ["answer", "beside"]) this.clock(one(`#${which}`), data[which]);
    fill(one("#lines"), data.lines, line, (node, item) => this.caseLine(node, item));
    fill(one("#ticker"), data.ticker, line, (node, item) => this.tickLine(node, item));
    fill(one("#regions"), data.envoys.regions, regionLine, tellRegion);
    fill(one("#alerts"), data.alerts, alertLine, tellAlert);
    fill(one("#channels"), data.channels, pipLine, tellChannel);
    fill(one("#majors"), data.majors, majorBox, tellMajor);
    say(one("[data-free]"), data.envoys.free);
    say(one("[data-busy]"), data.envoys.busy);
    say(one("[data-alerts]"), data.alerts_count);
    body.dataset.shown = String(Number(body.dataset.shown || 0) + 1);
  }

  clock(box, found) {
    say(box.querySelector("[data-half]"), found.half);
    say(box.querySelector("[data-most]"), found.most);
    say(box.querySelector("[data-n]"), found.n);
    fill(box.querySelector("[data-bars]"), found.bars.map((b, n) => ({ ...b, key: String(n) })), emptyBar, bar);
  }

  caseLine(node, item) {
    reshape(node, item.stage);
    const [, place, kind] = node.children;
    say(place, item.place);
    say(kind, `${item.kind} · ${item.word}`);
    node.dataset.since = item.since;
  }

  tickLine(node, item) {
    reshape(node, item.stage);
    const [, place, word, time] = node.children;
    say(place, item.place);
    say(word, item.word);
    say(time, item.time);
  }

  tick() {
    const now = this.now();
    say(one("#clock"), hour.format(now));
    say(one("#day"), day.format(now));
    if (!this.over) {
      const old = !this.seenAt || now - this.seenAt > OLD_MS;
      this.link(old ? "lost" : "live", old ? words.lost.replace("{time}", this.seenAt ? hour.format(this.seenAt) : "–") : words.live);
    }
    if (!this.data) return;
    for (const which of ["answer", "beside"]) this.count(one(`#${which}`), this.data[which], now);
    for (const node of one("#lines").children) {
      const late = node.dataset.stage === "ringing" && now - node.dataset.since > 15000;
      say(node.lastElementChild, ticking(now - node.dataset.since));
      node.lastElementChild.classList.toggle("late", late);
      node.classList.toggle("late-line", late);
    }
    this.map.tick(now);
  }

  count(box, found, now) {
    const waits = found.waiting > 0, age = now - found.since;
    box.className = `clock ${!waits ? "calm" : age > found.target_ms ? "breached" : "waiting"}`;
    say(box.querySelector("[data-ticking]"), waits ? ticking(age) : words.nobody_waits);
    say(box.querySelector("[data-said]"), waits ? words.one_waits.replace("{n}", found.waiting) : "");
  }

  link(state, text) {
    body.classList.toggle("live", state === "live");
    body.classList.toggle("lost", state === "lost");
    say(one("#link"), text);
  }
}

function regionLine() { return el("li", "line", el("span", "grow"), el("b"), el("span", "soft num")); }
function tellRegion(node, item) {
  const [name, free, busy] = node.children;
  say(name, item.name);
  say(free, item.free);
  say(busy, item.busy ? `+${item.busy}` : "");
}
function alertLine() { return el("li", "line", el("i", "pip waiting"), el("span", "grow"), el("b")); }
function tellAlert(node, item) { say(node.children[1], item.word); say(node.lastElementChild, item.n); }
function tellChannel(node, item) {
  node.firstElementChild.className = `pip ${item.heat}`;
  say(node.children[1], item.name);
  say(node.lastElementChild, item.word);
}
function majorBox() { return el("li", "", el("b"), el("ul", "states")); }
function tellMajor(node, item) {
  say(node.firstElementChild, item.name);
  fill(node.lastElementChild, item.states, () => el("li", "", el("b"), el("span")), (part, state) => { say(part.firstElementChild, state.n); say(part.lastElementChild, ` ${state.word}`); });
}

// What stands over the figures stands there only while a hand moves: a pointer left lying is nobody's.
const HAND_MS = 3000;
let resting = 0;
addEventListener("pointermove", () => {
  body.classList.add("hand");
  clearTimeout(resting);
  resting = setTimeout(() => body.classList.remove("hand"), HAND_MS);
}, { passive: true });

window.wall = new Wall();
document.documentElement.dataset.ready = "yes";
