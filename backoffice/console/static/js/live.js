// The line to the server: hints over server-sent events, and the page asked for again when one comes.
import { finger } from "./finger.js";
import { markInitial, swap } from "./swap.js";

const CATCH_UP_MS = 15000;
const GAP_MS = 400;

export function startLive(page) {
  markInitial();
  const thread = document.querySelector(".thread-box");
  if (thread) thread.scrollTop = thread.scrollHeight;
  const live = new Live(page);
  live.connect();
  return live;
}

class Live {
  constructor(page) {
    this.page = page;
    this.path = page.body.dataset.stream;
    this.onCase = document.body.classList.contains("case");
    this.alarmApart = false;
    this.lostAt = 0;
    this.over = false;
    this.busy = false;
    this.wanted = "";
    setInterval(() => this.refresh(), CATCH_UP_MS);
    for (const turn of ["offline", "online"]) addEventListener(turn, () => this.refresh());
  }

  connect() {
    if (!this.path) return;
    this.bell();
    this.source = new EventSource(`${this.path}?tab=${this.page.tab}`);
    this.source.addEventListener("hello", () => this.back());
    this.source.addEventListener("board", () => this.refresh(this.onCase ? "alarm" : "page"));
    this.source.addEventListener("case", () => this.refresh("page"));
    this.source.addEventListener("people", () => document.dispatchEvent(new Event("people")));
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

  back() {
    this.show("safe", this.page.say("live"));
    this.page.calm("offline");
    if (this.lostAt) this.refresh("page");
    this.lostAt = 0;
  }

  lost() {
    if (this.over) return;
    this.lostAt ||= this.page.now();
    this.show("breached", this.page.say("offline"));
    this.page.warn("offline", this.page.say("offline_long", { time: this.page.time(this.lostAt) }));
    if (this.source?.readyState === EventSource.CLOSED) setTimeout(() => this.connect(), 3000);
    this.refresh("page");
  }

  gone() {
    this.over = true;
    this.source?.close();
    this.page.calm("offline");
    this.show("breached", this.page.say("offline"));
    this.page.warn("gone", this.page.say("gone"));
  }

  // One request at a time; hints that come meanwhile make one more. The whole page outranks the alarm alone.
  async refresh(what = "page") {
    if (this.over) return;
    if (this.busy) { if (this.wanted !== "page") this.wanted = what; return; }
    this.busy = true;
    try { await this.fetch(what); } catch { if (!this.lostAt) this.lost(); }
    setTimeout(() => {
      this.busy = false;
      const next = this.wanted;
      this.wanted = "";
      if (next) this.refresh(next);
    }, GAP_MS);
  }

  async fetch(what) {
    if (this.alarmApart && what === "page") await this.ask("/console/ringing");
    return this.ask(what === "alarm" ? "/console/ringing" : location.pathname + location.search);
  }

  async ask(url) {
    const answer = await fetch(url, { headers: { "X-Live": "1" }, cache: "no-store", redirect: "error" });
    if (answer.status === 401) return this.gone();
    if (!answer.ok) return;
    const text = await answer.text();
    await finger.lifted();
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
