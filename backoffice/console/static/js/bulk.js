// Choosing many cases: the confirmation names what is done to how many, the fields follow the deed.
function follow(page, form) {
  const chosen = form.querySelectorAll("input[name=case]:checked").length;
  const deed = form.elements.deed.value;
  for (const field of form.querySelectorAll("[data-for]")) {
    const shown = field.dataset.for.split(" ").includes(deed);
    field.hidden = !shown;
    for (const input of field.querySelectorAll("input, select")) input.disabled = !shown;
  }
  form.querySelector("#bulk-count").textContent = chosen;
  form.querySelector("#bulk-go").disabled = !chosen || !deed;
  form.dataset.confirm = page.say(`bulk_${deed}`, { n: chosen });
}

export function startBulk(page) {
  const form = document.getElementById("bulk");
  if (!form) return;
  form.addEventListener("change", (event) => {
    if (event.target.id === "bulk-all") for (const box of form.querySelectorAll("input[name=case]")) box.checked = event.target.checked;
    follow(page, form);
  });
  document.addEventListener("keydown", (event) => {
    const line = document.querySelector("[data-line].chosen input[name=case]");
    if (event.key === "v" && line && !["INPUT", "TEXTAREA", "SELECT"].includes(event.target.tagName)) {
      line.checked = !line.checked;
      follow(page, form);
    }
  });
  new MutationObserver(() => follow(page, form)).observe(document.getElementById("list-lines").parentElement, { childList: true });
  follow(page, form);
}
