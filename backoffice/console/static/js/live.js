// The line to the server: hints over server-sent events, and the page asked for again when one comes.
import { finger } from "./finger.js";
import { markInitial, swap } from "./swap.js";

const CATCH_UP_MS = 15000;
const GAP_MS = 400;
const ANSWER_MS = 8000;
const AGAIN_MS = 3000;

// Whoever reads the newest words goes on reading them: a photo that loads above them pushes them out of sight.
function stayAtEnd(thread) {
  let atEnd = true;
  const end = () => { thread.scrollTop = thread.scrollHeight; };
  thread.addEventListener("scroll", () => { atEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 60; }, { passive: true });
  thread.addEventListener("load", () => { if (atEnd) end(); }, { capture: true });
  end();
}

export function startLive(page) {
  markInitial();
  const thread = document.querySelector(".thread-box");
  if (thread) stayAtEnd(thread);
  const live = new Live(page);
  live.connect();
  return live;
}

// What is asked for apart from the whole page, and where.
const APART = {
  alarm: () => document.getElementById("alarm") && "/console/ringing",
  people: () => document.querySelector("[data-people]")?.dataset.people,
  labels: () => document.getElementById("labels")?.dataset.fetch,
};

class Live {
  constructor(page) {
    this.page = page;
    this.path = page.body.dataset.stream;
    this.onCase = document.body.classList.contains("case");
    this.alarmApart = false;
    this.lostAt = 0;
    this.over = false;
    this.busy = false;
    this.wanted = new Set();
    setInterval(() => this.refresh(), CATCH_UP_MS);
    for (const turn of ["offline", "online"]) addEventListener(turn, () => this.refresh());
  }

  connect() {
    if (!this.path || this.over) return;
    this.bell();
    clearTimeout(this.connecting);
    this.source?.close();
    this.source = new EventSource(`${this.path}?tab=${this.page.tab}`);
    this.source.addEventListener("hello", () => this.back());
    this.source.addEventListener("board", () => this.refresh(this.onCase ? "alarm" : "page"));
    this.source.addEventListener("case", () => this.refresh("page"));
    this.source.addEventListener("people", () => this.refresh("people"));
    this.source.addEventListener("gone", () => this.gone());
    this.source.addEventListener("error", () => this.lost());
  }

  // Every page of the console rings, also one whose own pieces have no bell. A guest hears nothing of the desk.
  bell() {
    if (document.getElementById("alarm") || this.path.startsWith("/console/guest/")) return;
    const bell = document.createElement("div");
    Object.assign(bell, { id: "alarm", hidden: true });
    bell.dataset.live = "alarm";
    document.getElementById("main").prepend(bell);
    this.alarmApart = true;
    this.refresh("alarm");
  }

  show(state, word) {
    const box = document.getElementById("link-state");
    box.className = `state ${state}`;
    box.querySelector("[data-word]").textContent = word;
  }

  // The line stands: what changed since the page was drawn, or since the line was lost, had no hint.
  back() {
    this.show("safe", this.page.say("live"));
    this.page.calm("offline");
    const missed = this.lostAt > 0;
    this.lostAt = 0;
    this.refresh("page");
    if (!missed) return;
    this.refresh("labels");
    this.page.alarm.tellAgain();
  }

  lost() {
    if (this.over) return;
    this.lostAt ||= this.page.now();
    this.show("breached", this.page.say("offline"));
    this.page.warn("offline", this.page.say("offline_long", { time: this.page.time(this.lostAt) }));
    if (this.source?.readyState === EventSource.CLOSED) this.again(AGAIN_MS);
    this.refresh("page");
  }

  again(wait) {
    clearTimeout(this.connecting);
    this.connecting = setTimeout(() => this.connect(), wait);
  }

  gone() {
    this.over = true;
    this.source?.close();
    clearTimeout(this.connecting);
    this.page.calm("offline");
    this.show("breached", this.page.say("offline"));
    this.page.warn("gone", this.page.say("gone"));
  }

  // One request at a time, so that no older answer lies over a newer one; hints that come meanwhile make one more.
  async refresh(what = "page") {
    if (this.over) return;
    this.wanted.add(what);
    if (this.busy) return;
    this.busy = true;
    const asked = this.take();
    try { for (const url of asked) await this.ask(url); } catch { if (!this.lostAt) this.lost(); }
    setTimeout(() => {
      this.busy = false;
      const [next] = this.wanted;
      if (next) this.refresh(next);
    }, GAP_MS);
  }

  // The whole page carries its alarm, unless that stands apart, and who is there. The answer to a form has no address
  // to be asked for again: it keeps ringing and stays as it is.
  take() {
    const wanted = [...this.wanted], whole = wanted.includes("page"), again = whole && !("posted" in this.page.body.dataset);
    this.wanted.clear();
    const within = again ? ["page", "people", ...(this.alarmApart ? [] : ["alarm"])] : ["page"];
    const apart = new Set(wanted.filter((what) => !within.includes(what)));
    if (whole && (this.alarmApart || !again)) apart.add("alarm");
    const urls = [...apart].map((what) => APART[what]()).filter(Boolean);
    return again ? [...urls, location.pathname + location.search] : urls;
  }

  async ask(url) {
    const answer = await fetch(url, { headers: { "X-Live": "1" }, cache: "no-store", redirect: "error", signal: AbortSignal.timeout(ANSWER_MS) });
    if (answer.status === 401) return this.gone();
    if (answer.status >= 500) throw new Error(answer.status);
    if (!answer.ok) return;
    const text = await answer.text();
    await finger.lifted();
    if (this.lostAt && this.source?.readyState === EventSource.OPEN) this.again(0);
    this.put(text);
  }

  put(text) {
    const thread = document.querySelector(".thread-box");
    const atEnd = thread && thread.scrollHeight - thread.scrollTop - thread.clientHeight < 60;
    const { changed, now } = swap(text);
    if (now) this.page.skew = now - Date.now();
    if (atEnd && changed.includes("thread")) thread.scrollTop = thread.scrollHeight;
    const title = document.querySelector('[data-live="title"]')?.dataset.title;
    if (title) document.title = title;
    this.page.alarm.beat();
    document.dispatchEvent(new CustomEvent("swapped", { detail: changed }));
  }
}
