// The map, brought only when somebody asks for it: coast lines of our own, a point or the circle of a city.
function bring(kind, attributes) {
  return new Promise((done, failed) => {
    const node = Object.assign(document.createElement(kind), attributes, { onload: done, onerror: failed });
    document.head.append(node);
  });
}

let library = null;
function leaflet() {
  library ??= Promise.all([
    bring("link", { rel: "stylesheet", href: "/follow/leaflet/leaflet.css" }),
    bring("script", { src: "/follow/leaflet/leaflet.js" }),
  ]);
  return library;
}

// Wide enough that a coast or a border says where in the world it is.
const AROUND = 700000;

export async function draw(box, { at, radius, exact, name }) {
  await leaflet();
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(box, { attributionControl: false, zoomAnimation: !still, fadeAnimation: !still, maxZoom: exact ? 18 : 11, zoomSnap: 0.5 });
  const circle = L.circle(at, { radius, className: "map-city", interactive: false });
  map.fitBounds(L.latLng(at).toBounds(AROUND));
  circle.addTo(map);
  const words = document.createElement("span");
  words.textContent = name;
  const mark = exact ? L.circleMarker(at, { radius: 8, className: "map-point", interactive: false }).addTo(map) : circle;
  mark.bindTooltip(words, { permanent: true, direction: "top", offset: [0, -8] });
  L.control.scale({ imperial: false }).addTo(map);
  box.dataset.drawn = exact ? "exact" : "city";
  const outlines = await fetch("/follow/outlines.json");
  if (outlines.ok) L.geoJSON(await outlines.json(), { interactive: false, className: "map-outline" }).addTo(map).bringToBack();
}
