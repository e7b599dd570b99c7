// Put the newest pieces of a page in place without losing what somebody is typing, reading or has opened.
function remember(piece) {
  const typed = new Map();
  for (const field of piece.querySelectorAll("textarea[id], input[id], select[id]"))
    typed.set(field.id, field.type === "radio" || field.type === "checkbox" ? { checked: field.checked } : { value: field.value });
  const open = new Map([...piece.querySelectorAll("details[id]")].map((d) => [d.id, d.open]));
  const active = piece.contains(document.activeElement) ? document.activeElement : null;
  const spot = active && { id: active.id, key: active.dataset.key, href: active.getAttribute("href"), start: active.selectionStart, end: active.selectionEnd };
  return { typed, open, spot };
}

function restore(piece, { typed, open, spot }) {
  for (const [id, kept] of typed) {
    const field = piece.querySelector(`#${CSS.escape(id)}`);
    if (field) Object.assign(field, kept);
  }
  for (const [id, wasOpen] of open) {
    const details = piece.querySelector(`#${CSS.escape(id)}`);
    if (details) details.open = wasOpen;
  }
  if (spot) focusAgain(piece, spot);
}

function focusAgain(piece, { id, key, href, start, end }) {
  const by = id ? `#${CSS.escape(id)}` : key ? `[data-key="${CSS.escape(key)}"]` : href ? `a[href="${CSS.escape(href)}"]` : null;
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
