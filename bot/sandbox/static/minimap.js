// A small map inside a bubble: coast lines and a grid around the point, drawn from the offline outlines.

let outlines = null;

export async function loadOutlines() {
  if (outlines === null) {
    outlines = fetch("static/world.json").then((response) => response.json()).then((world) => world.rings.map((ring) => ({ ring, box: boxOf(ring) })));
  }
  return outlines;
}

function boxOf(ring) {
  let [west, south, east, north] = [180, 90, -180, -90];
  for (const [lon, lat] of ring) {
    west = Math.min(west, lon); east = Math.max(east, lon);
    south = Math.min(south, lat); north = Math.max(north, lat);
  }
  return [west, south, east, north];
}

export function minimap(point) {
  const canvas = document.createElement("canvas");
  canvas.className = "minimap";
  canvas.width = 520;
  canvas.height = 240;
  const draw = (rings) => paint(canvas, point, rings);
  loadOutlines().then(draw);
  return canvas;
}

const SPAN = 5;
export const tone = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function paint(canvas, point, rings) {
  const pen = canvas.getContext("2d");
  const { width, height } = canvas;
  const scale = width / SPAN;
  const squeeze = Math.max(0.2, Math.cos((point.lat * Math.PI) / 180));
  const spot = ([lon, lat]) => [width / 2 + (lon - point.lon) * scale * squeeze, height / 2 - (lat - point.lat) * scale];
  pen.fillStyle = tone("--map-sea");
  pen.fillRect(0, 0, width, height);
  const reach = SPAN / squeeze;
  for (const { ring, box } of rings) {
    if (box[2] < point.lon - reach || box[0] > point.lon + reach || box[3] < point.lat - SPAN || box[1] > point.lat + SPAN) continue;
    pen.beginPath();
    ring.forEach((corner, index) => { const [x, y] = spot(corner); index ? pen.lineTo(x, y) : pen.moveTo(x, y); });
    pen.closePath();
    pen.fillStyle = tone("--map-land");
    pen.fill();
    pen.strokeStyle = tone("--map-border");
    pen.lineWidth = 2;
    pen.stroke();
  }
  grid(pen, point, spot, width, height);
  pin(pen, width / 2, height / 2, point.live_until ? "#1f8fe0" : "#e0433a");
}

function grid(pen, point, spot, width, height) {
  pen.strokeStyle = tone("--map-grid");
  pen.lineWidth = 1;
  for (let step = -5; step <= 5; step += 1) {
    const [x] = spot([Math.floor(point.lon) + step, 0]);
    const [, y] = spot([0, Math.floor(point.lat) + step]);
    pen.beginPath();
    pen.moveTo(x, 0); pen.lineTo(x, height);
    pen.moveTo(0, y); pen.lineTo(width, y);
    pen.stroke();
  }
}

function pin(pen, x, y, colour) {
  pen.fillStyle = "rgba(0,0,0,.22)";
  pen.beginPath(); pen.ellipse(x, y + 2, 12, 5, 0, 0, 7); pen.fill();
  pen.fillStyle = colour;
  pen.beginPath();
  pen.moveTo(x, y);
  pen.bezierCurveTo(x - 8, y - 18, x - 22, y - 26, x - 22, y - 44);
  pen.arc(x, y - 44, 22, Math.PI, 0);
  pen.bezierCurveTo(x + 22, y - 26, x + 8, y - 18, x, y);
  pen.fill();
  pen.fillStyle = "#fff";
  pen.beginPath(); pen.arc(x, y - 44, 8, 0, 7); pen.fill();
}
