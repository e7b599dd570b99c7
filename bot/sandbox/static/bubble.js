// One message as a bubble, in the looks of its app.

import { h, icon, button, textButton, clockTime } from "./dom.js";
import { t } from "./i18n.js";
import { minimap } from "./minimap.js";

const LINK = /(https?:\/\/[^\s<>"，。）】]+|\+\d[\d -]{6,}\d|\/[a-z_]{2,32}(?![\w/]))/g;
const ANCHOR = /<a\s[^>]*href\s*=\s*["']([^"']*)["'][^>]*>([\s\S]*?)<\/a>/gi;
const STYLES = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "q", spoiler: "mark" };

export function bubble(phone, message) {
  if (message.sender === "system") return h("p", { class: "notice", dataset: { number: message.number } }, message.text);
  const own = message.sender === "person";
  const row = h("div", { class: `row ${own ? "row-own" : "row-bot"} row-${message.kind}`, dataset: { number: message.number } });
  const parts = h("div", { class: "stack" }, body(phone, message));
  if (message.buttons.length) parts.append(buttons(phone, message));
  if (phone.wechat) row.append(avatar(phone, own));
  row.append(parts);
  if (phone.wechat && own) row.append(wechatState(message));
  return row;
}

export function avatar(phone, own) {
  if (!own) return h("img", { class: "avatar", src: "static/star.svg", alt: "" });
  const hue = [...phone.key].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 6;
  return h("span", { class: `avatar avatar-own hue-${hue}`, "aria-hidden": "true" }, [...phone.person.name][0] ?? "?");
}

function wechatState(message) {
  if (message.delivery === "lost") return h("span", { class: "mark-lost", title: t("lost"), role: "img", "aria-label": t("lost") }, "!");
  return message.delivery === "delivered" ? "" : h("span", { class: "mark-wait", "aria-hidden": "true" });
}

function body(phone, message) {
  const kind = message.kind;
  if (kind === "photo") return withCaption(phone, message, picture(phone, message));
  if (kind === "sticker" && message.media) return h("div", { class: "sticker" }, "🆘", stamp(phone, message));
  if (kind === "voice") return h("div", { class: "bubble bubble-voice" }, voice(message), stamp(phone, message));
  if (kind === "video") return withCaption(phone, message, video(message));
  if (kind === "document") return h("div", { class: "bubble" }, file(message), caption(phone, message), stamp(phone, message));
  if (message.point) return place(phone, message);
  if (kind === "contact") return h("div", { class: "bubble" }, card(message), stamp(phone, message));
  if (kind === "news") return h("button", { type: "button", class: "bubble bubble-news", onclick: () => phone.open(message.url) },
    h("strong", {}, message.title), h("span", {}, message.text), icon("picture"));
  if (kind === "template") return template(phone, message);
  if (kind === "msgmenu") return h("div", { class: "bubble" }, words(phone, message.text), menuLines(phone, message), words(phone, message.title));
  return h("div", { class: "bubble" }, words(phone, message.text, message.entities), stamp(phone, message));
}

function stamp(phone, message) {
  if (phone.wechat) return null;
  const line = h("span", { class: "stamp" });
  if (message.edited_at && !message.point) line.append(`${t("edited")} `);
  line.append(clockTime(message.at));
  if (message.sender === "person") {
    const state = { sending: "clock", pushed: "tick", delivered: "ticks", lost: "alert" }[message.delivery];
    line.append(icon(state, "stamp-icon"));
  }
  return line;
}

function words(phone, text, entities = []) {
  const element = h("span", { class: "words" });
  if (entities.length) styled(phone, element, text, entities);
  else if (phone.wechat) anchored(phone, element, text);
  else linked(phone, element, text);
  return element;
}

function styled(phone, element, text, entities) {
  let at = 0;
  for (const entity of entities) {
    if (entity.offset < at) continue;
    linked(phone, element, text.slice(at, entity.offset));
    const piece = text.slice(entity.offset, entity.offset + entity.length);
    if (entity.type === "text_link") element.append(link(phone, piece, entity.url));
    else if (STYLES[entity.type]) element.append(h(STYLES[entity.type], {}, piece));
    else linked(phone, element, piece);
    at = entity.offset + entity.length;
  }
  linked(phone, element, text.slice(at));
}

function anchored(phone, element, text) {
  let at = 0;
  for (const match of text.matchAll(ANCHOR)) {
    linked(phone, element, text.slice(at, match.index));
    element.append(link(phone, match[2], match[1]));
    at = match.index + match[0].length;
  }
  linked(phone, element, text.slice(at));
}

function linked(phone, element, text) {
  let at = 0;
  for (const match of text.matchAll(LINK)) {
    element.append(text.slice(at, match.index));
    const command = match[0].startsWith("/");
    element.append(command && phone.wechat ? match[0] : link(phone, match[0], match[0]));
    at = match.index + match[0].length;
  }
  element.append(text.slice(at));
}

function link(phone, label, target) {
  const onclick = () => (target.startsWith("/") ? phone.say(target) : phone.open(target));
  const onkeydown = (event) => { if (event.key === "Enter") onclick(); };
  return h("span", { role: "link", tabindex: "0", class: "link", onclick, onkeydown }, label);
}

function buttons(phone, message) {
  if (message.kind === "msgmenu") return "";
  return h("div", { class: "inline-keys" }, message.buttons.map((row) => h("div", { class: "inline-row" }, row.map((entry) => {
    const press = () => (entry.action === "callback" || entry.action === "pay"
      ? phone.act("press", { message_id: message.message_id, button: entry.data || entry.label })
      : phone.open(entry.data));
    return h("button", { type: "button", class: "inline-key", dataset: { data: entry.data }, onclick: press },
      entry.label, entry.action === "url" ? icon("forward", "key-mark") : null);
  }))));
}

function menuLines(phone, message) {
  return h("span", { class: "menu-lines" }, message.buttons.flat().map((entry) =>
    textButton("menu-line", entry.label, () => phone.act("press", { message_id: message.message_id, button: entry.data }))));
}

function withCaption(phone, message, content) {
  const holder = h("div", { class: `bubble bubble-media ${message.text ? "" : "bubble-bare"}` }, content);
  if (message.text) holder.append(caption(phone, message));
  const mark = stamp(phone, message);
  if (mark) holder.append(mark);
  return holder;
}

function caption(phone, message) {
  return message.text ? h("div", { class: "caption" }, words(phone, message.text, message.entities)) : null;
}

function picture(phone, message) {
  const { width, height, url, name } = message.media;
  const image = h("img", { src: url, alt: message.text || name, loading: "lazy", width: String(width || 240), height: String(height || 180) });
  return h("button", { type: "button", class: "photo", "aria-label": t("photo"), onclick: () => phone.view(url, name) }, image);
}

function video(message) {
  return h("video", { class: "film", src: message.media.url, controls: true, preload: "metadata", playsinline: true });
}

function voice(message) {
  const sound = new Audio();
  sound.preload = "none";
  sound.src = message.media.url;
  const seconds = message.media.duration || 1;
  const play = button("voice-play", t("voice"), () => (sound.paused ? sound.play().catch(() => {}) : sound.pause()), icon("play"));
  sound.onplay = () => play.classList.add("playing");
  sound.onpause = sound.onended = () => play.classList.remove("playing");
  const bars = h("span", { class: "bars", "aria-hidden": "true" });
  for (let index = 0; index < 18; index += 1) bars.append(h("i", { class: `bar bar-${(index * 7 + message.number * 3) % 5}` }));
  return h("span", { class: "voice" }, play, bars, h("span", { class: "voice-length" }, `${seconds}″`));
}

function file(message) {
  const size = message.media.size;
  const shown = size > 1048576 ? `${(size / 1048576).toFixed(1)} MB` : `${Math.max(1, Math.round(size / 1024))} KB`;
  return h("span", { class: "file" }, h("span", { class: "file-mark" }, icon("file")),
    h("span", { class: "file-name" }, message.media.name, h("small", {}, shown)));
}

function card(message) {
  return h("span", { class: "file" }, h("span", { class: "file-mark file-person" }, icon("contact")),
    h("span", { class: "file-name" }, message.title, h("small", {}, message.text)));
}

function place(phone, message) {
  const point = message.point;
  const title = point.title || message.title || (point.live_period ? t("liveLocation") : t("location"));
  const where = `${point.lat.toFixed(5)}, ${point.lon.toFixed(5)}`;
  const head = h("span", { class: "place-words" }, h("strong", {}, title), h("small", {}, point.address || where));
  const holder = h("button", { type: "button", class: "bubble bubble-place", onclick: () => phone.showPlace(message) });
  const mark = stamp(phone, message);
  holder.append(...(phone.wechat ? [head, minimap(point)] : [minimap(point), head]));
  if (point.live_until) holder.append(h("span", { class: "live-tag", dataset: { until: String(point.live_until) } }, t("live")));
  if (mark) holder.append(mark);
  return holder;
}

function template(phone, message) {
  const lines = message.fields.map(([name, value]) => h("div", { class: "template-line" }, h("dt", {}, name), h("dd", {}, value)));
  return h("div", { class: "template" }, h("strong", {}, message.title), h("dl", {}, lines),
    message.url ? textButton("template-more", t("details"), () => phone.open(message.url)) : null);
}
