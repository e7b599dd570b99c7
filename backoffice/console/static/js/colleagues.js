// That somebody here is typing, for whoever else is at this case.
const TELL_MS = 4000;

export function startColleagues(page) {
  const composer = () => document.querySelector("[data-people]");
  if (!composer()) return;
  let told = 0;
  document.addEventListener("input", ({ target }) => {
    if (!target.closest?.(".composer") || target.tagName !== "TEXTAREA" || Date.now() - told < TELL_MS) return;
    told = Date.now();
    const headers = { "X-CSRF": page.body.dataset.csrf, "X-Live": "1", Accept: "application/json" };
    fetch(composer().dataset.typing, { method: "POST", headers }).catch(() => {});
    setTimeout(() => page.live.refresh("people"), 9000);
  });
}
