// Whether somebody is there: tells the server when a hand moves, warns before it signs the page out, notices sleep.
const TELL_MS = 60000;
const IDLE_MS = 30 * 60000;
const WARN_MS = 3 * 60000;
const SLEPT_MS = 15000;

export function startPresence(page) {
  let moved = Date.now(), told = Date.now(), last = Date.now();
  async function present() {
    moved = Date.now();
    page.calm("idle");
    if (moved - told < TELL_MS) return;
    told = moved;
    const answer = await fetch("/console/present", { method: "POST", headers: { "X-CSRF": page.body.dataset.csrf, Accept: "application/json" } }).catch(() => null);
    if (answer?.status === 401) page.live.gone();
  }
  for (const kind of ["pointerdown", "pointermove", "keydown", "wheel"]) document.addEventListener(kind, present, { passive: true });

  function slept(from, to) {
    page.warn("slept", page.say("slept", { from: page.time(from + page.skew), to: page.time(to + page.skew) }), { button: page.say("dismiss"), amber: true });
    page.live.refresh("page");
  }
  setInterval(() => {
    const now = Date.now();
    if (now - last > SLEPT_MS && (document.visibilityState === "visible" || now - last > 90000)) slept(last, now);
    last = now;
    const left = IDLE_MS - (now - moved);
    if (left < WARN_MS && left > 0) page.warn("idle", page.say("idle", { n: Math.max(1, Math.ceil(left / 60000)) }), { amber: true });
  }, 1000);
  document.addEventListener("freeze", () => { last = Date.now(); });
}
