// Walking with a live location: a few metres every few seconds, turning a little.

import { h, icon, textButton } from "./dom.js";
import { t } from "./i18n.js";

const STEP_SECONDS = 3;
const STEP_METRES = [18, 42];

export class Walk {
  constructor(phone) {
    this.phone = phone;
    this.timer = null;
    this.heading = 60;
  }

  get walking() { return this.timer !== null; }

  banner(element, live, rest) {
    if (element.dataset.for !== `${live.number}/${this.walking}`) {
      element.dataset.for = `${live.number}/${this.walking}`;
      element.replaceChildren(icon("live", "banner-icon"), h("span", { class: "banner-words" }, t("liveNow"), " ", h("b", {})),
        textButton("banner-key", this.walking ? t("stand") : t("walk"), () => (this.walking ? this.stop() : this.start())),
        textButton("banner-key", t("stop"), () => { this.stop(); this.phone.act("live_stop"); }));
    }
    element.querySelector("b").textContent = rest;
  }

  start() {
    this.timer = setInterval(() => this.step(), STEP_SECONDS * 1000);
    this.step();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
  }

  async step() {
    const live = this.phone.liveMessage();
    if (!live) { this.stop(); return; }
    this.heading = (this.heading + (Math.random() - 0.5) * 50 + 360) % 360;
    const metres = STEP_METRES[0] + Math.random() * (STEP_METRES[1] - STEP_METRES[0]);
    const angle = (this.heading * Math.PI) / 180;
    const lat = live.point.lat + (Math.cos(angle) * metres) / 111320;
    const lon = live.point.lon + (Math.sin(angle) * metres) / (111320 * Math.cos((live.point.lat * Math.PI) / 180));
    const going = await this.phone.act("live_move", { lat: Number(lat.toFixed(6)), lon: Number(lon.toFixed(6)), accuracy: 12, heading: Math.max(1, Math.round(this.heading)) });
    if (!going) this.stop();
  }

  noticed(message) {
    if (this.walking && message.sender === "person" && message.point && !message.point.live_until && message.edited_at) this.stop();
  }
}
