// The page: fetches the state, follows the stream of events, lays the phones side by side.

import * as api from "./api.js";
import { h } from "./dom.js";
import { Drawer } from "./drawer.js";
import { t, chinese, toggleLanguage } from "./i18n.js";
import { askNewPhone } from "./people.js";
import { Phone } from "./phone.js";

const desk = document.getElementById("desk");
const tabs = document.getElementById("tabs");
const dialog = document.getElementById("dialog");
const phones = new Map();
const world = { hidden: [], samples: [], telegram: null, wechat: null, skew: 0 };
const drawer = new Drawer(document.getElementById("drawer"), document.getElementById("fault-count"));
let source = null;
let chosen = "";

async function start() {
  words();
  if (!phones.size) desk.replaceChildren(h("p", { class: "empty" }, t("loading")));
  let state;
  try {
    state = await api.get("state");
  } catch {
    linked(false);
    setTimeout(start, 1500);
    return;
  }
  Object.assign(world, { samples: state.samples, telegram: state.telegram, wechat: state.wechat });
  world.skew = state.now - Date.now() / 1000;
  draw(state.people);
  drawer.show(state.faults, state.violations.length);
  source?.close();
  source = api.listen(state.seq, took, linked);
}

function draw(people) {
  for (const phone of phones.values()) phone.leave();
  phones.clear();
  desk.replaceChildren();
  world.hidden = people.filter((person) => !person.shown);
  for (const person of people) if (person.shown) addPhone(person);
  if (!phones.size) desk.append(h("div", { class: "empty" }, h("strong", {}, t("empty")), h("p", {}, t("emptyHint"))));
  choose(phones.has(chosen) ? chosen : phones.keys().next().value ?? "");
}

function addPhone(person) {
  desk.querySelector(".empty")?.remove();
  const phone = new Phone(person, world, dialog);
  phones.set(person.key, phone);
  desk.append(phone.element);
  drawTabs();
}

function drawTabs() {
  desk.style.setProperty("--count", String(Math.max(1, phones.size)));
  tabs.replaceChildren(...[...phones.values()].map((phone) => {
    const selected = phone.key === chosen;
    const tab = h("button", {
      type: "button", role: "tab", class: `tab tab-${phone.person.platform}`, "aria-selected": String(selected),
      onclick: () => choose(phone.key),
    }, h("span", { class: "tab-role" }, phone.roleName()), h("span", { class: "tab-name" }, phone.person.name));
    if (phone.unseen && !selected) tab.append(h("b", { class: "count" }, String(phone.unseen)));
    return tab;
  }));
}

function choose(key) {
  chosen = key;
  for (const phone of phones.values()) {
    phone.element.classList.toggle("phone-chosen", phone.key === key);
    if (phone.key === key) phone.seen();
  }
  drawTabs();
}

function took(event) {
  const phone = phones.get(event.key);
  if (event.kind === "restart") {
    start();
  } else if (event.kind === "message") {
    phone?.message(event.message);
    if (event.key !== chosen) drawTabs();
  } else if (event.kind === "person") {
    const known = phones.get(event.person.key);
    if (known) known.update(event.person);
    else personCame(event.person);
  } else if (event.kind === "person_gone") {
    phone?.leave();
    phone?.element.remove();
    phones.delete(event.key);
    drawTabs();
  } else if (event.kind === "deleted") {
    phone?.forget(event.number);
  } else if (event.kind === "menu" && world.wechat) {
    world.wechat.menu = event.menu;
    for (const entry of phones.values()) entry.menuChanged();
  } else if (event.kind === "commands" && world.telegram) {
    world.telegram.commands = event.commands;
    for (const entry of phones.values()) entry.menuChanged();
  } else {
    drawer.took(event);
  }
}

async function personCame(person) {
  world.hidden = world.hidden.filter((entry) => entry.key !== person.key);
  if (!person.shown) { world.hidden.push(person); return; }
  const chat = (await api.get(`people/${encodeURIComponent(person.key)}/chat`)).messages;
  if (!phones.has(person.key)) addPhone({ ...person, chat });
}

function linked(is) {
  const state = document.getElementById("link-state");
  state.textContent = is ? t("linked") : t("unlinked");
  state.classList.toggle("top-state-off", !is);
}

function words() {
  document.documentElement.lang = chinese() ? "zh-Hans" : "en";
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  document.getElementById("language").textContent = t("other");
}

document.getElementById("language").addEventListener("click", () => { toggleLanguage(); drawer.redraw(); start(); });
document.getElementById("faults").addEventListener("click", () => drawer.toggle());
document.getElementById("add").addEventListener("click", () => askNewPhone(dialog, world));
setInterval(() => { for (const phone of phones.values()) phone.tick(); }, 1000);
start();
