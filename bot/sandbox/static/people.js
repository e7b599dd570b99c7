// The dialog that adds a phone, and small questions on a phone.

import * as api from "./api.js";
import { act } from "./api.js";
import { h, textButton } from "./dom.js";
import { t } from "./i18n.js";

export const LANGUAGES = [["", "—"], ["zh-hans", "简体中文"], ["zh-hant", "繁體中文"], ["en", "English"], ["ja", "日本語"], ["ko", "한국어"], ["th", "ไทย"]];

function choice(name, label, options) {
  return h("label", { class: "field" }, h("span", {}, label),
    h("select", { name }, options.map(([value, words]) => h("option", { value }, words))));
}

function entry(name, label, attributes = {}) {
  return h("label", { class: "field" }, h("span", {}, label), h("input", { name, autocomplete: "off", ...attributes }));
}

export function askNewPhone(dialog, world) {
  const platforms = [world.wechat && ["wechat", t("wechat")], world.telegram && ["telegram", t("telegram")]].filter(Boolean);
  const roles = ["traveller", "envoy", "family", "staff"].map((role) => [role, t(role)]);
  const form = h("form", { method: "dialog", class: "card" },
    h("h2", {}, t("addPhone")),
    choice("platform", t("platform"), platforms),
    choice("role", t("role"), roles),
    entry("name", t("name"), { required: true, maxlength: "40" }),
    choice("language_code", t("language"), LANGUAGES),
    entry("phone_number", t("phoneNumber"), { inputmode: "tel", placeholder: "+86…" }),
    h("p", { class: "card-error", role: "alert" }),
    h("div", { class: "card-actions" },
      textButton("plain", t("cancel"), () => dialog.close()),
      h("button", { type: "submit", class: "primary" }, t("add"))));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await api.post("people", Object.fromEntries(new FormData(form)));
      dialog.close();
    } catch (error) {
      form.querySelector(".card-error").textContent = error.message;
    }
  });
  dialog.replaceChildren(form);
  if (world.hidden.length) form.firstChild.after(hidden(dialog, world.hidden));
  dialog.showModal();
}

/* People who exist on the platforms without a place on the desk: one tap brings their phone. */
function hidden(dialog, people) {
  const bring = (person) => api.patch(`people/${encodeURIComponent(person.key)}`, { shown: true }).then(() => dialog.close());
  return h("div", { class: "bring", role: "group", "aria-label": t("bring") }, h("span", { class: "bring-title" }, t("bring")),
    people.slice(0, 24).map((person) => textButton("chip", `${person.name} · ${t(person.role)}`, () => bring(person))));
}

export function ask(dialog, title, preset, onanswer) {
  const input = h("input", { value: preset, autocomplete: "off", "aria-label": title });
  const form = h("form", { method: "dialog", class: "card" },
    h("h2", {}, title), h("label", { class: "field" }, input),
    h("div", { class: "card-actions" },
      textButton("plain", t("cancel"), () => dialog.close()),
      h("button", { type: "submit", class: "primary" }, t("ok"))));
  form.addEventListener("submit", () => { if (input.value.trim()) onanswer(input.value.trim()); });
  dialog.replaceChildren(form);
  dialog.showModal();
  input.select();
}

/* A link of one phone opened on another: which one is asked. */
export function handOn(dialog, own, people, text) {
  const others = people.filter((person) => person.platform === "telegram" && person.key !== own && person.shown && !person.group);
  const hand = (person) => act(person.key, "text", { text }).then(() => dialog.close());
  dialog.replaceChildren(h("form", { method: "dialog", class: "card" },
    h("h2", {}, t("openOn")),
    h("div", { class: "bring", role: "group", "aria-label": t("openOn") }, others.map((person) => textButton("chip", `${person.name} · ${t(person.role)}`, () => hand(person)))),
    h("div", { class: "card-actions" }, textButton("plain", t("cancel"), () => dialog.close()))));
  dialog.showModal();
}

export function tell(dialog, words) {
  dialog.replaceChildren(h("form", { method: "dialog", class: "card" },
    h("p", { class: "card-words" }, words),
    h("div", { class: "card-actions" }, h("button", { type: "submit", class: "primary" }, t("ok")))));
  dialog.showModal();
}
