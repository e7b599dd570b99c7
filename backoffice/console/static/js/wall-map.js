// The wall's map: cities with cases. It fits itself only when the set of cities changes; a hand holds it still.
const WORLD = [[-46, -20], [66, 312]];
const CUT = -29.5;
const LET_GO_MS = 30 * 60 * 1000;
const LATE_MS = 15000;
const SIDES = ["right", "left", "top", "bottom"];

// The picture is cut in the Atlantic, as maps in China are: America lies in the east.
const seen = ([lat, lon]) => [lat, lon < CUT ? lon + 360 : lon];

export class WallMap {
  constructor(box, follow) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map = L.map(box, { attributionControl: false, zoomControl: false, zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: !still, minZoom: 1, maxZoom: 6, zoomSnap: 0.1 });
    this.box = box;
    this.follow = follow;
    this.cities = new Map();
    this.order = [];
    this.names = "";
    this.held = false;
    this.map.createPane("land").style.zIndex = 350;
    this.fit([]);
    for (const gesture of ["pointerdown", "wheel", "touchstart", "keydown"]) box.addEventListener(gesture, (event) => this.hold(event), { passive: true });
    follow.addEventListener("click", () => this.letGo());
    this.map.on("zoomend", () => { this.dotSize(); this.place(); });
    addEventListener("resize", () => { this.map.invalidateSize(); if (!this.held) this.fitCities(); });
    this.land(box.dataset.land);
  }

  // Thousands of dots in one stroke, on a canvas of their own: what moves above them does not draw them anew.
  async land(url) {
    for (let tries = 0; tries < 20; tries += 1) {
      try {
        const { west, step, rows } = await (await fetch(url)).json();
        const dots = rows.flatMap(([lat, runs]) => columns(runs).map((n) => [[lat, west + n * step], [lat, west + n * step + 0.01]]));
        const renderer = L.canvas({ pane: "land", padding: 0.2 });
        const color = getComputedStyle(this.box).getPropertyValue("--land");
        this.dots = L.polyline(dots, { renderer, pane: "land", color, interactive: false, noClip: true, smoothFactor: 0, lineCap: "round" }).addTo(this.map);
        this.step = step;
        this.dotSize();
        this.box.dataset.land = "drawn";
        return;
      } catch { await new Promise((again) => setTimeout(again, 5000)); }
    }
  }

  dotSize() {
    this.dots?.setStyle({ weight: (this.step / 360) * 256 * 2 ** this.map.getZoom() * 0.5 });
  }

  hold(event) {
    if (event.type === "keydown" && event.key === "Tab") return;
    this.held = true;
    this.follow.hidden = false;
    this.box.dataset.held = "yes";
    clearTimeout(this.releasing);
    this.releasing = setTimeout(() => this.letGo(), LET_GO_MS);
  }

  letGo() {
    clearTimeout(this.releasing);
    this.held = false;
    this.follow.hidden = true;
    delete this.box.dataset.held;
    this.fitCities();
  }

  show(cities, now) {
    const gone = new Set(this.cities.keys());
    for (const city of cities) { gone.delete(city.key); this.put(city, now); }
    for (const key of gone) this.drop(key);
    this.order = cities.map((city) => city.key);
    const names = [...this.cities.keys()].sort().join("|");
    const other = names !== this.names;
    this.names = names;
    if (other && !this.held) this.fitCities(); else this.place();
    this.box.dataset.cities = this.cities.size;
  }

  put(city, now) {
    let kept = this.cities.get(city.key);
    if (!kept) {
      kept = { at: seen(city.at), halo: null, said: "", look: "", side: "right" };
      kept.dot = L.circleMarker(kept.at, { interactive: false }).addTo(this.map);
      kept.dot.bindTooltip("", { permanent: true, direction: "right", className: "wall-name", interactive: false });
      this.cities.set(city.key, kept);
    }
    kept.since = city.since;
    kept.stage = city.stage;
    const said = city.n > 1 ? `${city.name} ${city.n}` : city.name;
    if (said !== kept.said) { kept.said = said; kept.dot.setTooltipContent(document.createTextNode(said)); }
    kept.radius = 9 + Math.min(9, 3 * Math.sqrt(city.n - 1));
    if (kept.dot.getRadius() !== kept.radius) kept.dot.setRadius(kept.radius);
    this.look(kept, now);
  }

  look(kept, now) {
    const late = kept.stage === "ringing" && kept.since && now - kept.since > LATE_MS;
    const look = `wall-city ${kept.stage}${late ? " late" : ""}`;
    if (look === kept.look) return;
    kept.look = look;
    kept.dot.getElement().setAttribute("class", look);
    if (kept.stage === "ringing" && !kept.halo) kept.halo = L.circleMarker(kept.at, { radius: 26, interactive: false }).addTo(this.map).bringToBack();
    if (kept.stage !== "ringing" && kept.halo) { kept.halo.remove(); kept.halo = null; }
    kept.halo?.getElement().setAttribute("class", `wall-halo${late ? " late" : ""}`);
  }

  tick(now) { for (const kept of this.cities.values()) this.look(kept, now); }

  drop(key) {
    const kept = this.cities.get(key);
    kept.dot.unbindTooltip().remove();
    kept.halo?.remove();
    this.cities.delete(key);
  }

  // Names in the order of urgency, each at the first side where nothing stands; a name without room is left out.
  place() {
    const spots = new Map(this.order.map((key) => [key, this.map.latLngToContainerPoint(this.cities.get(key).at)]));
    const taken = this.order.map((key) => around(spots.get(key), this.cities.get(key).radius));
    for (const key of this.order) {
      const kept = this.cities.get(key);
      const node = kept.dot.getTooltip().getElement();
      if (!node) continue;
      const side = SIDES.find((each) => free(beside(spots.get(key), kept.radius, node, each), taken, around(spots.get(key), kept.radius)));
      node.classList.toggle("no-room", !side);
      if (!side) continue;
      taken.push(beside(spots.get(key), kept.radius, node, side));
      if (side !== kept.side || !kept.placed) this.turn(kept, side);
    }
  }

  turn(kept, side) {
    kept.side = side;
    kept.placed = true;
    const tooltip = kept.dot.getTooltip();
    tooltip.options.direction = side;
    tooltip.options.offset = L.point({ right: [kept.radius, 0], left: [-kept.radius, 0], top: [0, -kept.radius], bottom: [0, kept.radius] }[side]);
    tooltip.update();
  }

  fitCities() {
    this.fit([...this.cities.values()].map((kept) => kept.at));
    this.place();
  }

  fit(points) {
    if (points.length === 0) this.map.fitBounds(WORLD, { animate: false });
    else this.map.fitBounds(L.latLngBounds(points), { animate: false, paddingTopLeft: [110, 100], paddingBottomRight: [190, 90], maxZoom: 4 });
    this.box.dataset.fits = Number(this.box.dataset.fits || 0) + 1;
  }
}

function columns(runs) {
  const found = [];
  for (let n = 0; n < runs.length; n += 2) for (let i = 0; i < runs[n + 1]; i += 1) found.push(runs[n] + i);
  return found;
}

function around({ x, y }, radius) { return [x - radius, y - radius, x + radius, y + radius]; }

function beside({ x, y }, radius, node, side) {
  const w = node.offsetWidth, h = node.offsetHeight;
  if (side === "right") return [x + radius, y - h / 2, x + radius + w, y + h / 2];
  if (side === "left") return [x - radius - w, y - h / 2, x - radius, y + h / 2];
  if (side === "top") return [x - w / 2, y - radius - h, x + w / 2, y - radius];
  return [x - w / 2, y + radius, x + w / 2, y + radius + h];
}

function free(box, taken, own) {
  return taken.every((other) => same(other, own) || box[2] <= other[0] || other[2] <= box[0] || box[3] <= other[1] || other[3] <= box[1]);
}

function same(a, b) { return a.every((n, i) => n === b[i]); }
