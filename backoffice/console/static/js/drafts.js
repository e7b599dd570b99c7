// What somebody is typing outlives a reload, a lost line and a signed-out page: kept per field in this tab, never sent.
const PREFIX = "draft:";

function key(field) { return `${PREFIX}${location.pathname}#${field.id}`; }

function keeps(field) {
  return Boolean(field.id) && field.closest("form[data-clear]") && (field.tagName === "TEXTAREA" || field.type === "text" || field.type === "tel");
}

function put(field) {
  try {
    if (field.value) sessionStorage.setItem(key(field), field.value); else sessionStorage.removeItem(key(field));
  } catch { /* a browser without storage keeps the field itself */ }
}

export function forget(form) {
  for (const field of form.elements) if (keeps(field)) sessionStorage.removeItem(key(field));
}

function restore(page) {
  let found = 0;
  for (const field of document.querySelectorAll("form[data-clear] textarea, form[data-clear] input")) {
    const kept = keeps(field) && !field.value && sessionStorage.getItem(key(field));
    if (!kept) continue;
    field.value = kept;
    found += 1;
    const box = document.getElementById({ "reply-text": "to-traveller", "envoy-text": "to-envoy", "note-text": "to-note" }[field.id]);
    if (box) box.checked = true;
    field.closest("details")?.setAttribute("open", "");
  }
  if (found) page.flash(page.say("draft_back"));
}

export function startDrafts(page) {
  restore(page);
  document.addEventListener("input", ({ target }) => { if (target.matches?.("textarea, input") && keeps(target)) put(target); });
}
