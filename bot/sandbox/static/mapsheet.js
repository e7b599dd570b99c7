// The map that slides up on a phone: choose a place by pin, chip or numbers; or look where somebody is.

import { h, icon, button, textButton } from "./dom.js";
import { t, chinese } from "./i18n.js";
import { loadOutlines, tone } from "./minimap.js";
import { PLACES } from "./places.js";

const L = () => globalThis.L;
let cities = null;

async function loadCities() {
  cities ??= fetch("static/cities.json").then((response) => response.json()).then((file) => file.cities);
  return cities;
}

export class MapSheet {
  constructor(phone) {
    this.phone = phone;
    this.element = h("div", { class: "sheet", role: "dialog", "aria-modal": "false", "aria-label": t("location"), hidden: true });
    this.element.addEventListener("keydown", (event) => { if (event.key === "Escape") this.close(); });
    this.map = null;
    this.point = null;
    this.label = "";
  }

  choose(purpose) {
    this.purpose = purpose;
    const title = { live: t("shareLive"), forward: t("forwarded") }[purpose] ?? t("location");
    const start = this.phone.lastPoint() ?? { lat: PLACES[0][2], lon: PLACES[0][3] };
    this.open(title, this.choosing());
    this.draw(start, 11, true);
    this.put(start.lat, start.lon, this.labelAt(start.lat, start.lon));
  }

  look(message) {
    this.open(message.point.title || t("location"), this.figures = h("p", { class: "sheet-figures" }));
    this.watched = message.number;
    this.draw(message.point, 10, false);
    this.follow(message);
  }

  follow(message) {
    if (this.element.hidden || this.watched !== message.number) return;
    this.marker.setLatLng([message.point.lat, message.point.lon]);
    this.map.panTo([message.point.lat, message.point.lon], { animate: false });
    this.figures.textContent = `${message.point.lat.toFixed(6)}, ${message.point.lon.toFixed(6)}`;
  }

  open(title, foot) {
    this.close();
    this.canvas = h("div", { class: "sheet-map" });
    this.element.replaceChildren(
      h("div", { class: "sheet-head" }, button("sheet-close", t("close"), () => this.close(), icon("close")), h("strong", {}, title)),
      this.canvas, foot);
    this.element.hidden = false;
    this.element.querySelector(".sheet-close").focus();
  }

  close() {
    this.map?.remove();
    this.map = null;
    this.watched = null;
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  choosing() {
    this.figures = h("input", { class: "sheet-figures", "aria-label": t("search"), placeholder: t("search"), inputmode: "text" });
    this.figures.addEventListener("change", () => this.typed());
    const chips = PLACES.map(([zh, en, lat, lon]) => textButton("chip", chinese() ? zh : en, () => this.jump(lat, lon, chinese() ? zh : en)));
    return h("div", { class: "sheet-foot" },
      h("div", { class: "chips", role: "group", "aria-label": t("places") }, chips),
      h("div", { class: "sheet-line" }, this.figures, h("small", {}, t("dragPin"))),
      this.sends());
  }

  sends() {
    if (this.purpose !== "live") {
      const name = this.purpose === "forward" ? "forward_location" : "location";
      return textButton("primary wide", t("sendHere"), () => this.send(name, {}));
    }
    const lengths = [[900, t("forMinutes", { n: 15 })], [3600, t("forHours", { n: 1 })], [28800, t("forHours", { n: 8 })]];
    return h("div", { class: "sheet-lengths" }, lengths.map(([seconds, words]) =>
      textButton("primary", words, () => this.send("live_start", { live_period: seconds, accuracy: 12 }))));
  }

  async send(name, more) {
    const answer = await this.purposeSend(name, { lat: this.point.lat, lon: this.point.lon, label: this.label, ...more });
    if (answer) this.close();
  }

  purposeSend(name, values) {
    if (this.purpose === "button") return this.phone.act("press", { button: this.buttonLabel, ...values });
    return this.phone.act(name, values);
  }

  typed() {
    const [lat, lon] = this.figures.value.split(/[,，\s]+/).map(Number);
    if (Math.abs(lat) <= 90 && Math.abs(lon) <= 180) this.jump(lat, lon, "");
  }

  jump(lat, lon, label) {
    this.map.setView([lat, lon], Math.max(11, this.map.getZoom()), { animate: false });
    this.put(lat, lon, label);
  }

  put(lat, lon, label) {
    const wrapped = ((((lon + 180) % 360) + 360) % 360) - 180;
    this.point = { lat: Number(lat.toFixed(6)), lon: Number(wrapped.toFixed(6)) };
    this.label = label;
    this.marker.setLatLng([lat, lon]);
    this.figures.value = `${this.point.lat.toFixed(5)}, ${this.point.lon.toFixed(5)}`;
  }

  labelAt(lat, lon) {
    const found = PLACES.find((place) => Math.abs(place[2] - lat) < 0.002 && Math.abs(place[3] - lon) < 0.002);
    return found ? found[chinese() ? 0 : 1] : "";
  }

  draw(start, zoom, draggable) {
    const map = L().map(this.canvas, { zoomControl: true, attributionControl: false, minZoom: 2, maxZoom: 17, worldCopyJump: true, zoomAnimation: false, fadeAnimation: false });
    this.map = map;
    map.setView([start.lat, start.lon], zoom, { animate: false });
    L().control.scale({ imperial: false }).addTo(map);
    grid().addTo(map);
    const live = start.live_until ? " pin-live" : "";
    this.marker = L().marker([start.lat, start.lon], {
      draggable, keyboard: true, autoPan: true,
      icon: L().divIcon({ className: `pin${live}`, html: "", iconSize: [30, 40], iconAnchor: [15, 39] }),
    }).addTo(map);
    if (draggable) {
      this.marker.on("drag", () => { const at = this.marker.getLatLng(); this.put(at.lat, at.lng, ""); });
      map.on("click", (event) => this.put(event.latlng.lat, event.latlng.lng, ""));
    }
    loadOutlines().then((rings) => { if (this.map === map) outline(map, rings); });
    loadCities().then((list) => { if (this.map === map) label(map, list); });
  }
}

function outline(map, rings) {
  const shapes = rings.map(({ ring }) => ring.map(([lon, lat]) => [lat, lon]));
  const renderer = L().canvas({ padding: 0.3 });
  L().polygon(shapes.map((shape) => [shape]), { renderer, className: "land", interactive: false, weight: 1, color: tone("--map-border"), fillColor: tone("--map-land"), fillOpacity: 1, smoothFactor: 0.6 }).addTo(map).bringToBack();
}

function label(map, list) {
  const layer = L().layerGroup().addTo(map);
  const redraw = () => {
    layer.clearLayers();
    const zoom = map.getZoom();
    const least = zoom < 4 ? 0 : zoom < 6 ? 1 : zoom < 8 ? 2 : 3;
    const box = map.getBounds().pad(0.1);
    const near = list.filter((city) => city[3] <= least && box.contains([city[1], city[2]]));
    for (const [name, lat, lon, rank] of apart(map, near)) {
      L().marker([lat, lon], { interactive: false, keyboard: false, icon: L().divIcon({ className: `city city-${rank}`, html: "", iconSize: [6, 6] }) })
        .addTo(layer).getElement().append(h("span", {}, name));
    }
  };
  map.on("moveend", redraw);
  redraw();
}

/* The list is sorted by size: a smaller city whose name would touch a bigger one's stays unnamed. */
function apart(map, list) {
  const taken = [];
  return list.filter(([name, lat, lon]) => {
    const { x, y } = map.latLngToContainerPoint([lat, lon]);
    const box = [x - 6, y - 11, x + 14 + name.length * 7, y + 11];
    const free = !taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]);
    if (free) taken.push(box);
    return free;
  }).slice(0, 60);
}

function grid() {
  const layer = new (L().GridLayer.extend({
    createTile(coordinates) {
      const tile = document.createElement("canvas");
      tile.width = tile.height = 256;
      const pen = tile.getContext("2d");
      pen.strokeStyle = tone("--map-grid");
      for (let step = 0; step <= 256; step += 64) {
        pen.globalAlpha = step % 256 ? 0.45 : 1;
        pen.beginPath();
        pen.moveTo(step, 0); pen.lineTo(step, 256);
        pen.moveTo(0, step); pen.lineTo(256, step);
        pen.stroke();
      }
      void coordinates;
      return tile;
    },
  }))({ pane: "overlayPane", zIndex: 300 });
  return layer;
}
