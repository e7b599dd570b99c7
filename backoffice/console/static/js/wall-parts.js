// Lists of the wall: nodes are made once and used again, so that a week of changes leaves as many as a minute.

// A list by key: what stays keeps its node, what is new gets one, what went is removed. `make` builds, `tell` fills.
export function fill(list, items, make, tell) {
  const old = new Map([...list.children].map((node) => [node.dataset.key, node]));
  let before = list.firstElementChild;
  for (const item of items) {
    let node = old.get(item.key);
    if (node) old.delete(item.key);
    else { node = make(item); node.dataset.key = item.key; }
    tell(node, item);
    if (node === before) before = before.nextElementSibling;
    else list.insertBefore(node, before);
  }
  for (const node of old.values()) node.remove();
}

export function el(tag, className = "", ...inside) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...inside);
  return node;
}

export function shape(stage) {
  return document.getElementById(`shape-${stage}`).content.firstElementChild.cloneNode(true);
}

// Words are written only when they are others: nothing is drawn anew for nothing.
export function say(node, words) {
  const text = String(words);
  if (node.textContent !== text) node.textContent = text;
}

export function ticking(ms) {
  const total = Math.max(0, Math.floor(ms / 1000));
  const two = (n) => String(n).padStart(2, "0");
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

// A line with a shape, words that may be cut off, softer words, and a number at its end.
export function line(item) {
  return el("li", "line", shape(item.stage), el("span", "grow"), el("span", "soft"), el("span", "num"));
}

export function reshape(node, stage) {
  if (node.dataset.stage === stage) return;
  node.dataset.stage = stage;
  node.firstElementChild.replaceWith(shape(stage));
}

export function pipLine() {
  return el("li", "line", el("i", "pip"), el("span", "grow"), el("span", "soft"));
}

export function bar(node, item) {
  node.className = `bar ${item.heat}`;
  const [word, track, said, target] = node.children;
  say(word, item.word);
  say(said, item.said);
  say(target, item.target);
  track.firstElementChild.style.width = `${Math.round((item.share ?? 0) * 100)}%`;
  track.lastElementChild.style.left = `${Math.round(item.wanted * 100)}%`;
}

export function emptyBar() {
  return el("li", "bar", el("span", "word"), el("span", "track", el("i"), el("u")), el("span", "said"), el("span", "target"));
}
