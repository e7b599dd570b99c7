// Clocks count on by themselves between two looks at the server, and change colour when they breach.
const pad = (n) => String(n).padStart(2, "0");

export function ticking(ms) {
  const sign = ms < 0 ? "+" : "";
  const total = Math.floor(Math.abs(ms) / 1000);
  const hours = Math.floor(total / 3600), minutes = Math.floor(total / 60) % 60, seconds = total % 60;
  return hours ? `${sign}${hours}:${pad(minutes)}:${pad(seconds)}` : `${sign}${minutes}:${pad(seconds)}`;
}

function put(node, words) { if (node && node.textContent !== words) node.textContent = words; }

function heat(time, now) {
  const due = Number(time.dataset.due), from = Number(time.dataset.from);
  const state = now > due ? "breached" : now >= due - (due - from) * 0.25 ? "waiting" : "under_way";
  const clock = time.closest(".clock");
  if (clock.classList.contains(state)) return;
  clock.classList.remove("breached", "waiting", "under_way");
  clock.classList.add(state);
}

export function startClocks(page) {
  const wall = document.getElementById("wall-clock");
  function tick() {
    const now = page.now();
    put(wall, page.time(now));
    for (const time of document.querySelectorAll("time.tick[data-since]")) put(time, ticking(now - Number(time.dataset.since)));
    for (const time of document.querySelectorAll("time.tick[data-due]")) { put(time, ticking(Number(time.dataset.due) - now)); heat(time, now); }
    const local = document.getElementById("local-clock");
    if (local) put(local, new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: local.dataset.zone }).format(now));
  }
  tick();
  setInterval(tick, 1000);
}
