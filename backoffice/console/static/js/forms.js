import { forget } from "./drafts.js";

// Forms without leaving the page: a confirmation that names its effect, one sentence back, nothing typed lost.
function confirmed(form) {
  const words = form.dataset.confirm;
  if (!words) return Promise.resolve(true);
  const dialog = document.getElementById("confirm");
  document.getElementById("confirm-words").textContent = words;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}

// A form with a file sends the file alone as its body; what else was chosen stands in the address.
function wanted(page, form) {
  const fields = new FormData(form);
  const file = form.dataset.file && fields.get(form.dataset.file);
  if (!file) return [form.action, { body: new URLSearchParams(fields), headers: { Accept: "application/json" } }];
  fields.delete(form.dataset.file);
  fields.delete("csrf");
  const headers = { Accept: "application/json", "Content-Type": "application/octet-stream", "X-CSRF": page.body.dataset.csrf };
  return [`${form.action}?${new URLSearchParams(fields)}`, { body: file, headers }];
}

async function send(page, address, how) {
  const answer = await fetch(address, { method: "POST", redirect: "error", ...how });
  const told = await answer.json();
  page.flash(told.said + (told.reference ? ` (${told.reference})` : ""), !told.ok);
  if (answer.status === 401) page.live.gone();
  return told.ok;
}

function named(form) { return [...form.elements].filter((field) => field.id && field.type !== "file"); }

function typedIn(form) { return new Map(named(form).map((field) => [field.id, field.value])); }

// A refresh may have put a newer form in this one's place while its words were on their way.
function standing(form) {
  if (form.isConnected) return form;
  return named(form).map((field) => document.getElementById(field.id)?.form).find(Boolean);
}

// What was sent is cleared; what was typed since is not.
function clear(form, sent) {
  const now = standing(form);
  if (!now) return forget(form);
  const since = named(now).filter((field) => sent.has(field.id) && field.value !== sent.get(field.id)).map((field) => [field, field.value]);
  forget(now);
  now.reset();
  for (const [field, value] of since) {
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

// True when the deed was done. The same words are not sent twice at once, whatever form they stand in by then.
async function run(page, form, under) {
  const [address, how] = wanted(page, form), typed = typedIn(form), deed = `${address} ${how.body}`;
  if (under.has(deed) || !(await confirmed(form))) return false;
  under.add(deed);
  try {
    const ok = await send(page, address, how);
    if (ok && "clear" in form.dataset) clear(form, typed);
    return ok;
  } catch {
    page.flash(page.say("failed"), true);
    return false;
  } finally {
    under.delete(deed);
  }
}

export function startForms(page) {
  const under = new Set();
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method === "dialog" || "plain" in form.dataset) return;
    event.preventDefault();
    const ok = await run(page, form, under);
    if (ok && form.dataset.then) return location.assign(form.dataset.then);
    page.live.refresh("page");
  });
  document.addEventListener("click", (event) => {
    const copy = event.target.closest?.("[data-copy]");
    if (copy) navigator.clipboard.writeText(copy.dataset.copy).then(() => page.flash(page.say("copied")), () => page.flash(page.say("not_copied"), true));
  });
}
