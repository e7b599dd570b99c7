// The case's tags and centre: a piece of its own, asked for when the page stands and whenever the timeline has more.
export function startLabels(page) {
  const card = document.getElementById("labels");
  if (!card) return;
  const piece = document.createElement("div");
  piece.dataset.live = "labels";
  card.append(piece);
  document.addEventListener("swapped", ({ detail }) => { if (detail.includes("timeline")) page.live.refresh("labels"); });
  page.live.refresh("labels");
}
