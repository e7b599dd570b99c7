// One rising tone while a case rings untaken here: louder at the second and third level, silent once somebody takes it.
const GAIN = [0, 0.12, 0.35, 0.9];
const EVERY_S = [0, 3, 2, 1.2];
const AHEAD_S = 4;
const TELL_MS = 20000;

export class Alarm {
  constructor(page) {
    this.page = page;
    this.next = 0;
    this.voices = [];
    this.level = 0;
    this.told = { hears: null, at: 0 };
    this.context = new AudioContext();
    this.context.addEventListener("statechange", () => this.showState());
    document.getElementById("sound").addEventListener("click", () => this.test());
    for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, () => this.open(), { capture: true });
    setInterval(() => this.beat(), 500);
    this.showState();
    this.beat();
  }

  get blocked() { return this.context.state !== "running"; }

  open() { if (this.blocked) this.context.resume().catch(() => {}); }

  // Each call is [since when, after how many seconds it sounds at this console]. Levels follow the clock, not the
  // connection: a page that lost its line still comes in when its turn has come, and rings louder.
  currentLevel() {
    const box = document.getElementById("alarm");
    const calls = box ? JSON.parse(box.dataset.calls || "[]") : [];
    const rungs = this.page.body.dataset.rungs.split(",").map(Number);
    const levels = calls.map(([since, after]) => {
      const age = (this.page.now() - since) / 1000;
      return age < after ? 0 : age >= rungs.at(-1) ? 3 : age >= rungs.at(-2) ? 2 : 1;
    });
    return Math.max(0, ...levels);
  }

  beat() {
    const level = this.currentLevel();
    if (level !== this.level) this.change(level);
    document.documentElement.dataset.alarm = level;
    this.tell();
    if (!level || this.blocked) return;
    const now = this.context.currentTime;
    for (this.next = Math.max(this.next, now); this.next < now + AHEAD_S; this.next += EVERY_S[level]) this.tone(this.next, GAIN[level]);
  }

  change(level) {
    this.level = level;
    for (const voice of this.voices) voice.stop();
    this.voices = [];
    this.next = 0;
    this.showState();
  }

  // Whoever comes back on a new line is taken for somebody who hears until they say otherwise.
  tellAgain() { this.told = { hears: null, at: 0 }; }

  // A browser that may not sound is nobody's turn: the server rings at somebody else's console at once.
  tell() {
    const hears = !this.blocked;
    if (hears === this.told.hears || Date.now() - this.told.at < (this.told.hears === null ? 0 : 1000)) return;
    if (!this.page.live || this.page.live.over) return;
    this.told = { hears, at: Date.now() };
    const headers = { "X-CSRF": this.page.body.dataset.csrf, "X-Live": "1", Accept: "application/json" };
    const body = new URLSearchParams({ hears: hears ? "yes" : "no", tab: this.page.tab });
    fetch("/console/hearing", { method: "POST", headers, body }).catch(() => { this.told = { hears: null, at: Date.now() + TELL_MS }; });
  }

  tone(at, gain, length = 0.9) {
    const voice = this.context.createOscillator();
    const volume = this.context.createGain();
    voice.frequency.setValueAtTime(440, at);
    voice.frequency.exponentialRampToValueAtTime(1180, at + length);
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(gain, at + 0.06);
    volume.gain.setValueAtTime(gain, at + length - 0.1);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + length);
    voice.connect(volume).connect(this.context.destination);
    voice.start(at);
    voice.stop(at + length);
    this.voices.push(voice);
    voice.addEventListener("ended", () => { this.voices = this.voices.filter((v) => v !== voice); });
    document.documentElement.dataset.tones = Number(document.documentElement.dataset.tones || 0) + 1;
  }

  test() {
    this.open();
    this.context.resume().then(() => this.tone(this.context.currentTime + 0.05, GAIN[1]));
  }

  showState() {
    const button = document.getElementById("sound");
    button.querySelector("[data-word]").textContent = this.page.say(this.blocked ? "sound_blocked" : "sound_on");
    button.classList.toggle("state", true);
    button.classList.toggle("breached", this.blocked);
    if (!this.blocked) return this.page.calm("sound");
    this.page.warn("sound", this.page.say("sound_blocked_long"), { button: this.page.say("sound_open"), onclick: () => this.test(), amber: !this.level });
  }
}
