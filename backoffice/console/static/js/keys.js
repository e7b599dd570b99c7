// Every action has a key; the page's own marks (data-key) are the only list there is.
const FIELDS = ["INPUT", "TEXTAREA", "SELECT"];

function visible(node) { return node.getClientRects().length > 0; }

function find(key) { return [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(visible); }

function press(node) {
  if (FIELDS.includes(node.tagName)) return node.focus();
  node.click();
  const focus = node.dataset.focus && document.getElementById(node.dataset.focus);
  if (focus) focus.focus();
}

function words(node) {
  if (node.dataset.what) return node.dataset.what;
  const copy = node.cloneNode(true);
  for (const extra of copy.querySelectorAll("kbd, .sr")) extra.remove();
  return copy.textContent.trim();
}

function explain(list, caps, meaning) {
  const key = document.createElement("dt"), what = document.createElement("dd");
  for (const cap of caps) {
    const shown = document.createElement("kbd");
    shown.textContent = cap;
    key.append(shown, " ");
  }
  what.textContent = meaning;
  list.append(key, what);
}

function help(page) {
  const list = document.getElementById("keys-list");
  list.replaceChildren();
  for (const node of document.querySelectorAll("[data-key]")) if (visible(node)) explain(list, [node.dataset.key.toUpperCase()], words(node));
  if (document.querySelector("[data-line]")) explain(list, ["J", "K"], page.say("choose"));
  document.getElementById("keys").showModal();
}

function choose(step) {
  const lines = [...document.querySelectorAll("[data-line]")];
  if (!lines.length) return;
  const before = lines.findIndex((line) => line.classList.contains("chosen"));
  const next = lines[Math.max(0, Math.min(lines.length - 1, before + step))];
  for (const line of lines) line.classList.toggle("chosen", line === next);
  next.querySelector("a").focus();
  next.scrollIntoView({ block: "nearest" });
}

export function startKeys(page) {
  document.getElementById("help").addEventListener("click", () => help(page));
  document.addEventListener("keydown", (event) => {
    const typing = FIELDS.includes(event.target.tagName) && event.target.type !== "radio";
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) {
      event.preventDefault();
      return event.target.form.requestSubmit();
    }
    if (event.key === "Escape" && typing) return event.target.blur();
    if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const lines = document.querySelector("[data-line]");
    if (lines && event.key === "j" || event.key === "ArrowDown" && event.target === document.body) { choose(1); return event.preventDefault(); }
    if (lines && event.key === "k" || event.key === "ArrowUp" && event.target === document.body) { choose(-1); return event.preventDefault(); }
    const node = find(event.key.toLowerCase());
    if (node) { event.preventDefault(); press(node); }
  });
}
