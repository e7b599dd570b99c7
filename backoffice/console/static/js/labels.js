// The case's tags and centre: a card of its own, asked for when the page stands and after each change.
export function startLabels(page) {
  const card = document.getElementById("labels");
  if (!card) return;
  const ask = async () => {
    try {
      const answer = await fetch(card.dataset.fetch, { headers: { "X-Live": "yes" } });
      if (answer.ok) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#labels-inside");
        if (fresh && !card.contains(document.activeElement)) card.replaceChildren(document.importNode(fresh, true));
      }
    } catch { /* asked again with the next change */ }
  };
  card.addEventListener("submit", () => { document.activeElement?.blur(); setTimeout(ask, 600); });
  ask();
}
