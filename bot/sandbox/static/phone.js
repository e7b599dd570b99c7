// One phone: its frame, its app's header, the chat, and what its owner can do.

import * as api from "./api.js";
import { avatar, bubble } from "./bubble.js";
import { Composer } from "./composer.js";
import { h, icon, button, textButton, clockTime, minutes } from "./dom.js";
import { t } from "./i18n.js";
import { MapSheet } from "./mapsheet.js";
import { LANGUAGES, handOn, tell } from "./people.js";
import { Walk } from "./walk.js";

const GAP = 300;
const START_LINK = /^https:\/\/t\.me\/\w+\?start=([\w-]{1,64})$/;
const FAMILY_PAGE = /^https?:\/\/[^/]+\/follow\/[\w-]+$/;

export class Phone {
  constructor(person, world, dialog) {
    this.person = person;
    this.world = world;
    this.dialog = dialog;
    this.key = person.key;
    this.wechat = person.platform === "wechat";
    this.messages = new Map();
    this.unseen = 0;
    this.presses = new Set(person.presses.map((press) => press.id));
    this.sheet = new MapSheet(this);
    this.walk = new Walk(this);
    this.composer = new Composer(this);
    this.build();
    for (const message of person.chat) this.message(message, false);
    this.unseen = 0;
    this.update(person);
    this.tick();
  }

  build() {
    this.list = h("div", { class: "chat", role: "log", "aria-live": "polite", tabindex: "0", "aria-label": this.person.name });
    this.banner = h("div", { class: "live-banner", hidden: true });
    this.toast = h("div", { class: "toast", role: "status", hidden: true });
    this.header = h("div", { class: "app-head" });
    this.statusTime = h("span", { class: "status-time" });
    const status = h("div", { class: "status", "aria-hidden": "true" }, this.statusTime, h("span", { class: "status-right" }, icon("signal", "status-signal"), h("i", { class: "battery" })));
    this.caption = h("div", { class: "caption-bar" });
    this.frame = h("div", { class: "screen" }, status, this.header, this.banner, this.list, this.composer.element, this.sheet.element, this.toast);
    this.element = h("section", { class: `phone phone-${this.person.platform}`, "aria-label": `${this.roleName()} ${this.person.name}` },
      this.caption, h("div", { class: "case" }, this.frame));
  }

  roleName() { return this.person.group ? t("group") : t(this.person.role); }

  update(person) {
    this.person = { ...this.person, ...person };
    this.answers(person.presses ?? []);
    this.drawCaption();
    this.drawHeader();
    this.composer.redraw();
    this.frame.dataset.connection = this.person.connection;
    if (!this.messages.size) this.quiet();
    if (this.wechat) this.later();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      try {
        this.person.window = (await api.get(`people/${encodeURIComponent(this.key)}`)).window;
        this.drawCaption();
      } catch { /* the phone was removed meanwhile */ }
    }, 250);
  }

  quiet() {
    const hint = { envoy: "quietEnvoy", family: "quietFamily" }[this.person.role] ?? "quietWechat";
    this.list.replaceChildren(h("div", { class: "quiet" }, avatar(this, false), h("strong", {}, t("quiet")), h("span", {}, t(hint))));
  }

  drawCaption() {
    const state = !this.wechat ? "" : this.person.window?.left === null || this.person.window === undefined ? t("windowClosed") : t("windowLeft", { n: this.person.window.left });
    this.caption.replaceChildren(
      h("span", { class: `role role-${this.person.role}` }, this.roleName()),
      h("strong", {}, this.person.name),
      h("span", { class: "caption-note" }, this.wechat ? `${t("wechat")} · ${state}` : t("telegram")),
      this.settings());
  }

  settings() {
    const connections = ["good", "bad", "none"].map((state) => h("button", {
      type: "button", class: "segment", "aria-pressed": String(this.person.connection === state),
      onclick: () => api.patch(`people/${encodeURIComponent(this.key)}`, { connection: state }),
    }, t(state)));
    const [name, words] = this.wechat
      ? this.person.reachable ? ["unfollow", t("unfollow")] : ["follow", t("follow")]
      : this.person.reachable ? ["block", t("block")] : ["unblock", t("unblock")];
    const popup = h("details", { class: "settings" }, h("summary", { "aria-label": t("more"), title: t("more") }, icon("more")),
      h("div", { class: "popup" }, h("span", { class: "popup-title" }, t("connection")), h("div", { class: "segments" }, connections),
        this.wechat ? null : this.languageChoice(),
        textButton("popup-item", words, () => this.act(name)),
        textButton("popup-item popup-danger", t("removePhone"), () => api.remove(`people/${encodeURIComponent(this.key)}`))));
    popup.addEventListener("keydown", (event) => { if (event.key === "Escape") popup.open = false; });
    popup.addEventListener("focusout", (event) => { if (!popup.contains(event.relatedTarget)) popup.open = false; });
    return popup;
  }

  languageChoice() {
    const select = h("select", { "aria-label": t("language") }, LANGUAGES.map(([code, words]) =>
      h("option", { value: code, selected: code === this.person.language_code }, words)));
    select.addEventListener("change", () => api.patch(`people/${encodeURIComponent(this.key)}`, { language_code: select.value }));
    return h("label", { class: "popup-field" }, t("language"), select);
  }

  drawHeader() {
    const now = Date.now() / 1000 + this.world.skew;
    const typing = this.person.typing_until > now;
    const account = (this.wechat ? this.world.wechat : this.world.telegram)?.name ?? "";
    this.typing = typing;
    if (this.wechat) {
      this.header.replaceChildren(icon("back", "head-icon"), h("strong", { class: "head-title" }, typing ? t("typing") : account), icon("contact", "head-icon"));
      return;
    }
    this.header.replaceChildren(icon("back", "head-icon"), avatar(this, false),
      h("span", { class: "head-words" }, h("strong", {}, account), h("small", { class: typing ? "head-typing" : "" }, typing ? t("typing") : t("bot"))), icon("more", "head-icon"));
  }

  message(message, fresh = true) {
    if (!this.messages.size) this.list.replaceChildren();
    const known = this.messages.get(message.number);
    const low = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 120;
    const element = bubble(this, message);
    if (known) this.list.querySelector(`[data-number="${message.number}"]`)?.replaceWith(element);
    else {
      this.stampBefore(message);
      this.list.append(element);
      if (fresh && message.sender !== "person") { element.classList.add("fresh"); this.unseen += 1; }
      if (message.sender === "bot") this.person.typing_until = 0;
    }
    this.messages.set(message.number, message);
    this.sheet.follow(message);
    this.composer.drawHints();
    this.walk.noticed(message);
    if (low || message.sender === "person" || !fresh) this.down();
    if (this.wechat && fresh) this.later();
  }

  stampBefore(message) {
    const last = [...this.messages.values()].at(-1);
    if (!last || message.at - last.at > GAP) this.list.append(h("p", { class: "time" }, clockTime(message.at)));
  }

  forget(number) {
    this.messages.delete(number);
    this.list.querySelector(`[data-number="${number}"]`)?.remove();
  }

  down() { requestAnimationFrame(() => { this.list.scrollTop = this.list.scrollHeight; }); }

  seen() { this.unseen = 0; this.down(); }

  answers(presses) {
    const waiting = presses.filter((press) => press.answered_at === null).map((press) => press.data);
    for (const key of this.list.querySelectorAll(".inline-key")) key.classList.toggle("waiting", waiting.includes(key.dataset.data));
    for (const press of presses) {
      if (press.answered_at === null || this.presses.has(press.id)) continue;
      this.presses.add(press.id);
      if (press.text) press.alert ? tell(this.dialog, press.text) : this.pop(press.text);
    }
  }

  pop(words) {
    this.toast.textContent = words;
    this.toast.hidden = false;
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => { this.toast.hidden = true; }, 3200);
  }

  async act(name, values = {}) {
    try {
      await api.act(this.key, name, values);
      return true;
    } catch (error) {
      this.pop(error.message);
      return false;
    }
  }

  async upload(kind, file) {
    try { await api.upload(this.key, kind, file); } catch (error) { this.pop(error.message); }
  }

  say(text) { return this.act("text", { text }); }

  /* A page of the service opens in a new tab; a link that starts the bot is handed to another phone, as people do. */
  async open(url) {
    const start = url.match(START_LINK);
    if (start) handOn(this.dialog, this.key, await api.get("people"), `/start ${start[1]}`);
    else if (FAMILY_PAGE.test(url)) window.open(url, "_blank", "noopener");
    else this.pop(`${t("opens")}${url}`);
  }

  view(url, name) {
    const image = h("img", { src: url, alt: name });
    this.dialog.replaceChildren(h("form", { method: "dialog", class: "viewer" }, h("button", { type: "submit", "aria-label": t("close") }, image)));
    this.dialog.showModal();
  }

  showPlace(message) { this.sheet.look(message); }

  lastPoint() {
    const own = [...this.messages.values()].filter((message) => message.point && message.sender === "person").at(-1);
    return own ? { lat: own.point.lat, lon: own.point.lon } : null;
  }

  liveMessage() {
    const now = Date.now() / 1000 + this.world.skew;
    return [...this.messages.values()].filter((message) => message.sender === "person" && message.point?.live_until > now).at(-1);
  }

  tick() {
    const now = Date.now() / 1000 + this.world.skew;
    this.statusTime.textContent = clockTime(now);
    if (this.typing !== (this.person.typing_until > now)) this.drawHeader();
    const live = this.liveMessage();
    this.banner.hidden = !live;
    if (live) this.walk.banner(this.banner, live, minutes(live.point.live_until - now));
    for (const tag of this.list.querySelectorAll(".live-tag")) {
      const rest = Number(tag.dataset.until) - now;
      tag.textContent = rest > 0 ? `${t("live")} ${minutes(rest)}` : t("ended");
      tag.classList.toggle("live-ended", rest <= 0);
    }
  }

  menuChanged() { this.composer.redraw(); }

  leave() { this.walk.stop(); this.sheet.close(); clearTimeout(this.timer); }
}
