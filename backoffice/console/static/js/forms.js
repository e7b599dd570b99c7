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

async function send(page, form) {
  const [address, how] = wanted(page, form);
  const answer = await fetch(address, { method: "POST", redirect: "error", ...how });
  const told = await answer.json();
  page.flash(told.said + (told.reference ? ` (${told.reference})` : ""), !told.ok);
  if (answer.status === 401) page.live.gone();
  return told.ok;
}

function clear(form) {
  forget(form);
  form.reset();
}

export function startForms(page) {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method === "dialog" || "plain" in form.dataset) return;
    event.preventDefault();
    if (form.dataset.sending || !(await confirmed(form))) return;
    form.dataset.sending = "yes";
    try {
      if (!(await send(page, form))) return;
      if ("clear" in form.dataset) clear(form);
      if (form.dataset.then) location.assign(form.dataset.then);
    } catch {
      page.flash(page.say("failed"), true);
    } finally {
      delete form.dataset.sending;
      page.live.refresh("page");
    }
  });
  document.addEventListener("click", (event) => {
    const copy = event.target.closest?.("[data-copy]");
    if (copy) navigator.clipboard.writeText(copy.dataset.copy).then(() => page.flash(page.say("copied")), () => page.flash(page.say("not_copied"), true));
  });
}
