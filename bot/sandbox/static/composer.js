// The foot of a phone: text field, attachments, reply keyboard, WeChat's menu bar, Telegram's commands.

import { h, icon, button, textButton } from "./dom.js";
import { t, chinese } from "./i18n.js";
import { ask } from "./people.js";

const ASKED = /(?:回复|回覆|Reply|reply|返信|답장)\s*[“"「]?([0-9]|SOS)|(?:^|[，,。\n;；]\s*|\s)([0-9])(?=\s*(?:[.、．]\s*)?[\p{L}])/gu;

function answersIn(text) {
  if (!/(回复|回覆|reply|返信|답장|accept|接单)/i.test(text)) return [];
  const found = [...text.matchAll(ASKED)].map((match) => match[1] ?? match[2]);
  return [...new Set(found)].slice(0, 6);
}

export class Composer {
  constructor(phone) {
    this.phone = phone;
    this.element = h("div", { class: "foot" });
    this.panel = "";
    this.menuMode = true;
    this.input = h("textarea", { class: "entry", rows: "1", "aria-label": t("message") });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.submit(); }
    });
    this.input.addEventListener("input", () => this.typed());
    this.files = h("input", { type: "file", class: "hidden-file", tabindex: "-1", "aria-hidden": "true" });
    this.files.addEventListener("change", () => this.picked());
  }

  typed() {
    this.element.classList.toggle("has-text", this.input.value.trim() !== "");
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(96, this.input.scrollHeight)}px`;
  }

  async submit() {
    const text = this.input.value;
    if (!text.trim()) return;
    this.input.value = "";
    this.typed();
    if (!(await this.phone.say(text))) this.input.value = text;
  }

  show(panel) {
    this.panel = this.panel === panel ? "" : panel;
    this.redraw();
    this.phone.down();
    if (this.panel) this.element.querySelector(".panel button")?.focus({ preventScroll: true });
  }

  redraw() {
    const { person, wechat } = this.phone;
    this.input.placeholder = wechat ? "" : person.placeholder || t("message");
    this.element.replaceChildren();
    if (!person.reachable) {
      const name = wechat ? "follow" : "unblock";
      this.element.append(h("div", { class: "closed" }, h("span", {}, wechat ? t("unfollowed") : t("blocked")),
        wechat ? textButton("plain", t("scan"), () => this.phone.act("scan")) : null,
        textButton("primary", t(name), () => this.phone.act(name))));
      return;
    }
    if (!wechat && !person.started) {
      this.element.append(h("div", { class: "closed" }, h("span", {}, t("notStarted")), textButton("primary", t("start"), () => this.phone.say("/start"))));
      return;
    }
    this.element.append(wechat ? this.wechatLine() : this.telegramLine(), this.files);
    this.hints = h("div", { class: "hints", role: "group", "aria-label": t("answers"), hidden: true });
    this.element.prepend(this.hints);
    this.drawHints();
    const content = this.panelContent();
    if (content) this.element.append(h("div", { class: `panel panel-${this.panel}` }, content));
    this.typed();
  }

  /* Answers the last message asks for ("回复 1 …"), one tap away: the sandbox's own help, not the app's. */
  drawHints() {
    if (!this.hints) return;
    const last = [...this.phone.messages.values()].at(-1);
    const asked = last?.sender === "bot" && !last.buttons.length ? answersIn(last.text) : [];
    this.hints.hidden = !asked.length;
    this.hints.replaceChildren(...asked.map((answer) => textButton("hint", answer, () => this.phone.say(answer))));
  }

  wechatLine() {
    const menu = this.phone.world.wechat?.menu;
    if (menu && this.menuMode) {
      return h("div", { class: "line line-menu" }, button("foot-key", t("keyboard"), () => { this.menuMode = false; this.panel = ""; this.redraw(); this.input.focus(); }, icon("keyboard")),
        menu.button.map((entry, index) => h("button", { type: "button", class: "menu-key", "aria-expanded": entry.sub_button?.length ? String(this.panel === `menu${index}`) : null, onclick: () => this.menuKey(entry, index) },
          entry.sub_button?.length ? icon("menu", "menu-mark") : null, entry.name)));
    }
    return h("div", { class: "line" },
      menu ? button("foot-key", t("menu"), () => { this.menuMode = true; this.panel = ""; this.redraw(); }, icon("menu")) : button("foot-key", t("voice"), () => this.phone.act("voice", { sample: "voice" }), icon("voice")),
      this.input, button("foot-key", t("more"), () => this.show("attach"), icon("plus")),
      textButton("send-key", t("send"), () => this.submit()));
  }

  menuKey(entry, index) {
    if (entry.sub_button?.length) { this.show(`menu${index}`); return; }
    if (entry.type === "view") this.phone.open(entry.url);
    if (entry.type === "location_select") this.phone.sheet.choose("location");
    else this.phone.act("menu", { key: entry.key ?? entry.name });
    if (this.panel) this.show(this.panel);
  }

  telegramLine() {
    const { person } = this.phone;
    const commands = this.commands();
    return h("div", { class: "line" },
      commands.length ? h("button", { type: "button", class: "command-key", "aria-label": t("commands"), onclick: () => this.show("commands") }, icon("menu"), h("span", {}, t("menu"))) : null,
      button("foot-key", t("attach"), () => this.show("attach"), icon("clip")),
      this.input,
      person.keyboard.length ? button("foot-key", t("keyboard"), () => this.show("keys"), icon("keyboard")) : null,
      button("foot-key key-voice", t("voice"), () => this.phone.act("voice", { sample: "voice" }), icon("voice")),
      button("foot-key key-send", t("send"), () => this.submit(), icon("send")));
  }

  commands() {
    const all = this.phone.world.telegram?.commands ?? {};
    const code = (this.phone.person.language_code || "").slice(0, 2);
    return all[code] ?? all[""] ?? Object.values(all)[0] ?? [];
  }

  panelContent() {
    const { person, wechat } = this.phone;
    if (!wechat && person.keyboard.length && this.panel === "" && this.knownKeyboard !== JSON.stringify(person.keyboard)) {
      this.knownKeyboard = JSON.stringify(person.keyboard);
      this.panel = "keys";
    }
    if (!person.keyboard.length && this.panel === "keys") this.panel = "";
    if (this.panel === "attach") return this.attachments();
    if (this.panel === "keys") return this.replyKeys();
    if (this.panel === "commands") return this.commandList();
    if (this.panel === "samples") return this.samples();
    if (this.panel.startsWith("menu")) return this.subMenu(Number(this.panel.slice(4)));
    return null;
  }

  replyKeys() {
    return h("div", { class: "keys" }, this.phone.person.keyboard.map((row) => h("div", { class: "key-row" }, row.map((entry) =>
      h("button", { type: "button", class: "key", onclick: () => this.pressKey(entry) },
        entry.action === "location" ? icon("pin", "key-mark") : entry.action === "contact" ? icon("contact", "key-mark") : null, entry.label)))));
  }

  pressKey(entry) {
    if (entry.action === "location") {
      this.phone.sheet.buttonLabel = entry.label;
      this.phone.sheet.choose("button");
    } else if (entry.action === "contact" && !this.phone.person.phone_number) {
      ask(this.phone.dialog, t("yourNumber"), "+86138", (number) => this.phone.act("press", { button: entry.label, phone_number: number }));
    } else this.phone.act("press", { button: entry.label });
  }

  commandList() {
    return h("div", { class: "command-list" }, this.commands().map((entry) =>
      h("button", { type: "button", class: "command", onclick: () => { this.show("commands"); this.phone.say(`/${entry.command}`); } },
        h("span", {}, entry.description), h("small", {}, `/${entry.command}`))));
  }

  subMenu(index) {
    const entries = this.phone.world.wechat?.menu?.button[index]?.sub_button ?? [];
    return h("div", { class: "sub-menu" }, entries.map((entry) => textButton("sub-key", entry.name, () => { this.panel = ""; this.menuKey(entry, -1); this.redraw(); })));
  }

  attachments() {
    const { wechat } = this.phone;
    const tiles = [
      ["picture", t("photo"), () => this.pick("photo", "image/*")],
      ["camera", t("camera"), () => this.pick("photo", "image/*", true)],
      ["eye", t("samples"), () => this.show("samples")],
      ["pin", t("location"), () => this.map("location")],
      !wechat && ["live", t("liveLocation"), () => this.map("live")],
      !wechat && ["forward", t("forwarded"), () => this.map("forward")],
      ["voice", t("voice"), () => this.done("voice", { sample: "voice" })],
      ["video", t("video"), () => this.done("video", { sample: "video" })],
      !wechat && ["file", t("file"), () => this.pick("document", "")],
      !wechat && ["contact", t("contact"), () => this.contact()],
      ["sticker", t("sticker"), () => this.done("sticker", { sample: "sign" })],
      wechat && ["scan", t("scan"), () => this.done("scan")],
    ].filter(Boolean);
    return h("div", { class: "tiles" }, tiles.map(([mark, words, run]) =>
      h("button", { type: "button", class: "tile", onclick: run }, h("span", { class: `tile-mark tile-${mark}` }, icon(mark)), words)));
  }

  samples() {
    const offered = this.phone.world.samples.filter((entry) => !(this.phone.wechat && entry.kind === "document"));
    return h("div", { class: "tiles" }, offered.map((entry) =>
      h("button", { type: "button", class: "tile", onclick: () => this.done(entry.kind, { sample: entry.name }) },
        h("span", { class: `tile-mark tile-${entry.kind}` }, icon({ photo: "picture", voice: "voice", video: "video", document: "file" }[entry.kind])),
        chinese() ? entry.title_zh : entry.title_en)));
  }

  contact() {
    const { person, dialog } = this.phone;
    if (person.phone_number) this.done("contact");
    else ask(dialog, t("yourNumber"), "+86138", (number) => this.done("contact", { phone_number: number }));
  }

  done(name, values = {}) {
    this.panel = "";
    this.redraw();
    return this.phone.act(name, values);
  }

  map(purpose) {
    this.panel = "";
    this.redraw();
    this.phone.sheet.choose(purpose);
  }

  pick(kind, accept, camera = false) {
    this.kind = kind;
    this.files.accept = accept;
    if (camera) this.files.setAttribute("capture", "environment");
    else this.files.removeAttribute("capture");
    this.files.value = "";
    this.files.click();
  }

  async picked() {
    const file = this.files.files[0];
    this.panel = "";
    this.redraw();
    if (file) await this.phone.upload(this.kind, file);
  }
}
