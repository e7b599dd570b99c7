// The sketch map: outlines from our own server, the case with its accuracy, the envoys, the rings of the search.
let drawn = null;

export function startMap(page) {
  const box = document.getElementById("map");
  if (!box || drawn || !window.L) return;
  drawn = new Sketch(page, box);
  document.addEventListener("swapped", (event) => { if (event.detail.includes("map-data")) drawn.show(); });
}

class Sketch {
  constructor(page, box) {
    this.words = JSON.parse(box.dataset.words);
    box.replaceChildren();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map = L.map(box, { attributionControl: false, zoomAnimation: !still, fadeAnimation: !still, worldCopyJump: true, minZoom: 1, maxZoom: 18, zoomSnap: 0.5 });
    L.control.scale({ imperial: false }).addTo(this.map);
    this.layer = L.layerGroup().addTo(this.map);
    this.near = L.layerGroup().addTo(this.map);
    this.tiles(box);
    document.addEventListener("near", ({ detail }) => this.showNear(detail));
    this.touched = false;
    this.map.on("dragstart zoomstart", (event) => { if (event.originalEvent || this.fitted) this.touched = this.fitted; });
    this.show();
    this.outlines(box.dataset.outlines);
  }

  // The only thing that may come from outside, and only where a tile server is configured.
  tiles(box) {
    if (!box.dataset.tiles) return;
    L.tileLayer(box.dataset.tiles, { maxZoom: 18, referrerPolicy: "no-referrer" }).addTo(this.map);
  }

  // Those who could be asked now; a press on one goes to their line and its button.
  showNear(points) {
    this.near.clearLayers();
    for (const { id, at, label, base } of points) {
      const marker = L.circleMarker(at, { radius: 6, className: base ? "map-near map-near-base" : "map-near" }).addTo(this.near);
      marker.bindTooltip(this.label("near", label, base), { direction: "top", offset: [0, -6] });
      marker.on("click", () => {
        const line = document.getElementById(`near-${id}`);
        line?.scrollIntoView({ block: "nearest" });
        line?.querySelector("button")?.focus();
      });
    }
    document.getElementById("map").dataset.near = points.length;
  }

  async outlines(url) {
    try {
      const answer = await fetch(url);
      L.geoJSON(await answer.json(), { interactive: false, className: "map-outline" }).addTo(this.map).bringToBack();
    } catch { /* the map does without outlines */ }
  }

  show() {
    const data = JSON.parse(document.getElementById("map-data").dataset.map);
    this.layer.clearLayers();
    const near = [];
    if (data.track.length > 1) this.add(L.polyline(data.track, { className: "map-track", interactive: false }));
    for (const town of data.towns) { this.town(town); near.push(town.at); }
    for (const point of [...data.points].reverse()) near.push(...this.point(point));
    const centre = data.points[0]?.at;
    if (centre) for (const metres of data.rings) this.ring(centre, metres);
    if (!this.touched) this.fit(near);
    document.getElementById("map").dataset.points = data.points.length;
  }

  add(layer) { layer.addTo(this.layer); return layer; }

  ring(centre, metres) {
    this.add(L.circle(centre, { radius: metres, className: "map-ring", interactive: false }));
    const top = [centre[0] + metres / 111320, centre[1]];
    this.add(L.circleMarker(top, { radius: 0, opacity: 0 })).bindTooltip(`${Math.round(metres / 1000)} km`, { permanent: true, direction: "center" });
  }

  town({ at, names }) {
    const name = names[this.words.lang] || names[""] || Object.values(names)[0];
    this.add(L.circleMarker(at, { radius: 3, className: "map-town" })).bindTooltip(name, { permanent: true, direction: "right" });
  }

  point({ kind, at, accuracy, label, base }) {
    if (accuracy) this.add(L.circle(at, { radius: accuracy, className: kind === "case" ? "map-accuracy" : "map-ring", interactive: false }));
    const size = kind.startsWith("case") ? 8 : 6;
    const marker = this.add(L.circleMarker(at, { radius: size, className: `map-${kind}` }));
    marker.bindTooltip(this.label(kind, label, base), { permanent: kind !== "asked" && kind !== "centre", direction: "top", offset: [0, -6] });
    return kind === "asked" || kind === "centre" ? [] : [at];
  }

  label(kind, label, base) {
    const own = { case: this.words.case, case_old: `${this.words.case} · ${this.words.old}`, other: this.words.other, cell: `${label} · ${this.words.cell}`, centre: `${label} · ${this.words.centre}` }[kind] ?? label;
    const node = document.createElement("span");
    node.textContent = base ? `${own} · ${this.words.base}` : own;
    return node;
  }

  fit(near) {
    this.fitted = false;
    if (near.length === 0) this.map.setView([20, 100], 1.5);
    else if (near.length === 1) this.map.setView(near[0], 11);
    else this.map.fitBounds(near, { padding: [30, 34], maxZoom: 14 });
    this.fitted = true;
  }
}
