// Put the newest pieces of a page in place without losing what somebody is typing, reading or has opened.
function remember(piece) {
  const typed = new Map();
  for (const field of piece.querySelectorAll("textarea[id], input[id], select[id]")) if (touched(field)) typed.set(field.id, told(field));
  const open = new Map([...piece.querySelectorAll("details[id]")].map((d) => [d.id, d.open]));
  const active = piece.contains(document.activeElement) ? document.activeElement : null;
  const spot = active && { by: named(piece, active), start: active.selectionStart, end: active.selectionEnd };
  const chosen = piece.querySelector("[data-line].chosen a")?.getAttribute("href");
  return { typed, open, spot, chosen };
}

function ticks(field) { return field.type === "radio" || field.type === "checkbox"; }

function told(field) {
  if (ticks(field)) return { checked: field.checked };
  return field.type === "file" ? { files: field.files } : { value: field.value };
}

// A field nobody has touched shows what is true now: a colleague's change is not undone by whoever saves next.
function touched(field) {
  if (ticks(field)) return field.checked !== field.defaultChecked;
  if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
  const usual = [...field.options].findIndex((option) => option.defaultSelected);
  return field.selectedIndex !== Math.max(0, usual);
}

// How the very same thing is found again in the newer piece: a key may stand on another case's button by then.
function named(piece, node) {
  const by = (attribute, value) => `[${attribute}="${CSS.escape(value)}"]`;
  if (node.id) return `#${CSS.escape(node.id)}`;
  if (node.hasAttribute("href")) return `a${by("href", node.getAttribute("href"))}`;
  const form = node.form && `form${by("action", node.form.getAttribute("action"))}`;
  if (form && piece.querySelectorAll(form).length === 1) return `${form} ${node.localName}`;
  return node.dataset.key ? by("data-key", node.dataset.key) : null;
}

function restore(piece, { typed, open, spot, chosen }) {
  for (const [id, kept] of typed) {
    const field = piece.querySelector(`#${CSS.escape(id)}`);
    if (field) Object.assign(field, kept);
  }
  for (const [id, wasOpen] of open) {
    const details = piece.querySelector(`#${CSS.escape(id)}`);
    if (details) details.open = wasOpen;
  }
  if (chosen) piece.querySelector(`[data-line] a[href="${CSS.escape(chosen)}"]`)?.closest("[data-line]").classList.add("chosen");
  if (spot) focusAgain(piece, spot);
}

function focusAgain(piece, { by, start, end }) {
  const target = by && piece.querySelector(by);
  if (!target) return;
  target.focus({ preventScroll: true });
  if (typeof start === "number") try { target.setSelectionRange(start, end); } catch { /* not a text field */ }
}

// `html` is the whole page as the server sees it now; only pieces that differ are touched.
export function swap(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const changed = [];
  for (const piece of document.querySelectorAll("[data-live]")) {
    const next = fresh.querySelector(`[data-live="${piece.dataset.live}"]`);
    if (!next || same(piece, next)) continue;
    const kept = remember(piece);
    const copy = document.importNode(next, true);
    copy.live = next.outerHTML;
    piece.replaceWith(copy);
    restore(copy, kept);
    changed.push(copy.dataset.live);
  }
  return { changed, now: Number(fresh.body?.dataset.now) };
}

// Clocks and field values differ from the server's text all the time: compare with what the server last sent.
function same(piece, next) {
  piece.live ??= piece.outerHTML;
  return piece.live === next.outerHTML;
}

export function markInitial() {
  for (const piece of document.querySelectorAll("[data-live]")) piece.live = piece.outerHTML;
}
