// Every page: its words, its clocks, its alarm, its keys, its forms, its line to the server.
import { Alarm } from "./alarm.js";
import { startBulk } from "./bulk.js";
import { startClocks } from "./clocks.js";
import { startColleagues } from "./colleagues.js";
import { startCommand } from "./command.js";
import { startDrafts } from "./drafts.js";
import { finger } from "./finger.js";
import { startForms } from "./forms.js";
import { startKeys } from "./keys.js";
import { startLabels } from "./labels.js";
import { startLive } from "./live.js";
import { startMap } from "./map.js";
import { startNearest } from "./nearest.js";
import { startPresence } from "./presence.js";

const page = {
  body: document.body,
  texts: JSON.parse(document.body.dataset.texts),
  tab: `${Math.random().toString(36).slice(2)}00000000`.slice(0, 12),
  skew: Number(document.body.dataset.now) - Date.now(),
  now() { return Date.now() + this.skew; },
  say(key, values = {}) { return (this.texts[key] || key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? ""); },
  time(ms) {
    const zone = this.body.dataset.zone;
    return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: zone }).format(ms);
  },
  warn(id, words, options = {}) { finger.then(() => showWarning(id, words, options)); },
  calm(id) { finger.then(() => hideWarning(id)); },
  flash(words, bad = false) { flash(words, bad); },
};

function hideWarning(id) {
  document.getElementById(`warn-${id}`)?.remove();
}

function showWarning(id, words, { button, onclick, amber }) {
  hideWarning(id);
  const bar = document.createElement("div");
  bar.id = `warn-${id}`;
  bar.className = amber ? "warning amber" : "warning";
  const text = document.createElement("span");
  text.textContent = words;
  bar.append(text);
  if (button) {
    const press = document.createElement("button");
    press.type = "button";
    press.textContent = button;
    press.addEventListener("click", () => onclick ? onclick() : bar.remove());
    bar.append(press);
  }
  document.getElementById("warnings").append(bar);
}

let flashing = 0;
function flash(words, bad) {
  const box = document.getElementById("said");
  box.textContent = words;
  box.classList.toggle("bad", bad);
  clearTimeout(flashing);
  flashing = setTimeout(() => { box.textContent = ""; }, bad ? 9000 : 4000);
}

// A photo that is still on its way from the platform says so and is asked for again.
function later(photo) {
  photo.alt = page.say("photo_later");
  const tries = Number(photo.dataset.tries || 0) + 1;
  photo.dataset.tries = tries;
  if (tries < 20) setTimeout(() => { photo.src = `${photo.src.split("&")[0]}&try=${tries}`; }, 3000);
}

document.addEventListener("error", ({ target }) => { if (target.matches?.(".photo img")) later(target); }, true);
for (const photo of document.querySelectorAll(".photo img")) if (photo.complete && !photo.naturalWidth) later(photo);

page.alarm = new Alarm(page);
page.live = startLive(page);
startClocks(page);
startKeys(page);
startForms(page);
startDrafts(page);
startColleagues(page);
startNearest(page);
startPresence(page);
startCommand(page);
startBulk(page);
startLabels(page);
startMap(page);
window.addEventListener("load", () => startMap(page));
document.documentElement.dataset.ready = "yes";
