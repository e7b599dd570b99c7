// The nearest envoys beside the map: looked up when opened, again when the case changes and twice a minute.
import { finger } from "./finger.js";

const AGAIN_MS = 30000;
let asked = 0;

export function startNearest(page) {
  const details = document.getElementById("nearest");
  if (!details) return;
  const look = () => { if (details.open && !document.hidden) fetchNear(page, details); };
  details.addEventListener("toggle", () => { look(); if (!details.open) show([]); });
  document.addEventListener("swapped", ({ detail }) => { if (detail.includes("next")) look(); });
  setInterval(look, AGAIN_MS);
}

// Only the newest look counts: an older answer that comes late would bring back whoever has been asked since.
async function fetchNear(page, details) {
  const turn = ++asked;
  try {
    const answer = await fetch(details.dataset.fetch, { headers: { "X-Live": "1" }, cache: "no-store", redirect: "error" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".near-now");
    await finger.lifted();
    if (turn !== asked || !details.open) return;
    const box = details.querySelector(".nearest-box");
    const focused = box.contains(document.activeElement) && document.activeElement.closest("li")?.id;
    box.replaceChildren(document.importNode(fresh, true));
    if (focused) document.getElementById(focused)?.querySelector("button")?.focus();
    show(JSON.parse(fresh.dataset.near));
  } catch { /* the line is said to be lost elsewhere */ }
}

function show(points) { document.dispatchEvent(new CustomEvent("near", { detail: points })); }
