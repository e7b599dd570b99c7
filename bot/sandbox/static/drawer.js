// Backstage: faults to switch on, rules the service broke, calls it made.

import * as api from "./api.js";
import { h, icon, button, textButton, clockTime } from "./dom.js";
import { t } from "./i18n.js";

const ANSWERS = [
  ["too_many", { params: { retry_after: 5 } }], ["server_error", {}], ["bad_gateway", {}], ["timeout", {}],
  ["slow", { params: { seconds: 6 } }], ["reset", {}], ["truncated", {}], ["lost_answer", {}],
];
const PUSHES = [
  ["duplicate", { params: { copies: 3 } }], ["scatter", { params: { seconds: 5 } }], ["delay", { params: { seconds: 5 } }], ["push_unheard", {}],
];

export class Drawer {
  constructor(element, badge) {
    this.element = element;
    this.badge = badge;
    this.tab = "faults";
    this.platform = "*";
    this.times = "1";
    this.rules = [];
    this.broken = 0;
    element.addEventListener("keydown", (event) => { if (event.key === "Escape") this.toggle(); });
  }

  show(rules, broken) {
    this.rules = rules;
    this.broken = broken;
    this.count();
    if (!this.element.hidden) this.redraw();
  }

  took(event) {
    if (event.kind === "faults") { this.rules = event.faults; this.count(); if (this.tab === "faults") this.redraw(); }
    if (event.kind === "violation") { this.broken += 1; this.count(); if (this.tab === "rules") this.redraw(); }
    if (event.kind === "call" && !this.element.hidden && this.tab === "calls") this.later();
    if (event.kind === "call" && event.fault) this.refresh();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.redraw(), 300);
  }

  async refresh() {
    this.rules = await api.get("faults");
    this.count();
    if (!this.element.hidden && this.tab === "faults") this.redraw();
  }

  count() {
    this.badge.hidden = !(this.rules.length || this.broken);
    this.badge.textContent = String(this.rules.length || this.broken);
    this.badge.classList.toggle("count-rules", !this.rules.length);
  }

  async toggle() {
    this.element.hidden = !this.element.hidden;
    document.body.classList.toggle("with-drawer", !this.element.hidden);
    await this.redraw();
    if (!this.element.hidden) this.element.querySelector("button").focus();
    else document.getElementById("faults").focus();
  }

  async redraw() {
    if (this.element.hidden) return;
    const tabs = [["faults", t("tabFaults")], ["rules", `${t("tabRules")} ${this.broken || ""}`], ["calls", t("tabCalls")]];
    const head = h("div", { class: "drawer-head" }, h("h2", { id: "drawer-title" }, t("faultsTitle")),
      button("plain-icon", t("close"), () => this.toggle(), icon("close")));
    const bar = h("div", { class: "segments", role: "tablist" }, tabs.map(([name, words]) =>
      h("button", { type: "button", role: "tab", class: "segment", "aria-selected": String(this.tab === name), onclick: () => { this.tab = name; this.redraw(); } }, words)));
    const content = { faults: () => this.faultsView(), rules: () => this.rulesView(), calls: () => this.callsView() }[this.tab];
    this.element.replaceChildren(head, bar, await content());
  }

  faultsView() {
    return h("div", { class: "drawer-body" },
      this.segments("platform", [["*", t("both")], ["telegram", t("telegram")], ["wechat", t("wechat")]]),
      this.segments("times", [["1", t("once")], ["5", t("five")], ["", t("untilOff")]]),
      h("h3", {}, t("apiAnswers")), this.switches(ANSWERS),
      h("h3", {}, t("pushes")), this.switches(PUSHES),
      textButton("plain wide", t("killToken"), (event) => this.kill(event.target)),
      h("h3", {}, t("inForce")), this.inForce());
  }

  segments(field, options) {
    return h("div", { class: "segments" }, options.map(([value, words]) =>
      h("button", { type: "button", class: "segment", "aria-pressed": String(this[field] === value), onclick: () => { this[field] = value; this.redraw(); } }, words)));
  }

  switches(list) {
    return h("div", { class: "switches" }, list.map(([kind, rule]) => {
      const on = this.rules.some((entry) => entry.kind === kind);
      return h("button", { type: "button", class: "switch", "aria-pressed": String(on), onclick: () => this.flip(kind, rule) }, t(kind));
    }));
  }

  async flip(kind, rule) {
    const now = this.rules.filter((entry) => entry.kind === kind);
    if (now.length) await Promise.all(now.map((entry) => api.remove(`faults/${entry.id}`)));
    else await api.post("faults", { kind, platform: this.platform, times: this.times ? Number(this.times) : null, ...rule });
    await this.refresh();
  }

  async kill(target) {
    await api.post("wechat/invalidate-token");
    target.textContent = t("done");
    setTimeout(() => this.redraw(), 900);
  }

  inForce() {
    if (!this.rules.length) return h("p", { class: "drawer-none" }, t("noFaults"));
    const lines = this.rules.map((rule) => h("li", {},
      h("span", {}, h("strong", {}, t(rule.kind)), h("small", {}, [rule.platform === "*" ? t("both") : t(rule.platform),
        rule.times === null ? t("untilOff") : t("left", { n: rule.times }), t("struck", { n: rule.struck })].join(" · "))),
      button("plain-icon", t("close"), () => api.remove(`faults/${rule.id}`), icon("close"))));
    return h("div", {}, h("ul", { class: "rule-list" }, lines), textButton("plain wide", t("healAll"), () => api.remove("faults")));
  }

  async rulesView() {
    const broken = await api.get("violations");
    if (!broken.length) return h("div", { class: "drawer-body" }, h("p", { class: "drawer-none" }, t("noRules")));
    return h("div", { class: "drawer-body" }, h("ul", { class: "log" }, broken.slice(-100).reverse().map((entry) =>
      h("li", {}, h("time", {}, clockTime(entry.at)), h("span", {}, h("strong", {}, entry.where), h("small", {}, entry.what))))));
  }

  async callsView() {
    const calls = await api.get("calls");
    if (!calls.length) return h("div", { class: "drawer-body" }, h("p", { class: "drawer-none" }, t("noCalls")));
    return h("div", { class: "drawer-body" }, h("ul", { class: "log" }, calls.slice(-80).reverse().map((call) => {
      const fine = call.platform === "wechat" ? call.status === 0 || call.status === 200 : call.status === 200;
      return h("li", { class: fine ? "" : "log-bad" }, h("time", {}, clockTime(call.at)),
        h("details", {}, h("summary", {}, h("strong", {}, call.method), h("small", {}, `${t(call.platform)} · ${call.status}${call.fault ? ` · ${t(call.fault)}` : ""}`)),
          h("pre", {}, JSON.stringify(call.params, null, 1))));
    })));
  }
}
