// The command bar: pages and deeds of this page from its own marks, cases and people from the server.
import { finger } from "./finger.js";

const WAIT_MS = 180;

function plain(node) {
  const copy = node.cloneNode(true);
  for (const extra of copy.querySelectorAll("kbd, .sr")) extra.remove();
  return copy.textContent.trim();
}

function visible(node) { return node.getClientRects().length > 0; }

function pages() {
  return [...document.querySelectorAll(".rooms a")].map((node) => ({ kind: "page", label: plain(node), more: "", run: () => location.assign(node.href) }));
}

// Whatever has a key or calls itself a command, macros among it: doing it is pressing it.
function deeds() {
  const marked = [...document.querySelectorAll("main [data-key], main [data-command]")].filter((node) => node.dataset.command || visible(node));
  return marked.map((node) => ({
    kind: "deed",
    label: node.dataset.command || node.dataset.what || plain(node),
    more: node.dataset.key ? node.dataset.key.toUpperCase() : "",
    run: () => press(node),
  }));
}

function press(node) {
  if (["INPUT", "TEXTAREA", "SELECT"].includes(node.tagName)) return node.focus();
  node.click();
  if (node.dataset.focus) document.getElementById(node.dataset.focus)?.focus();
}

class Command {
  constructor(page) {
    this.page = page;
    this.box = document.getElementById("command");
    this.input = document.getElementById("command-input");
    this.list = document.getElementById("command-list");
    this.none = document.getElementById("command-none");
    this.items = [];
    this.at = 0;
    this.moved = false;
    this.asked = 0;
    this.input.addEventListener("input", () => this.look());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("click", (event) => { const li = event.target.closest("li"); if (li) this.run(Number(li.dataset.n)); });
  }

  open() {
    if (document.querySelector("dialog[open]")) return;
    this.known = [...deeds(), ...pages()];
    this.input.value = "";
    this.box.showModal();
    this.look();
  }

  look() {
    this.moved = false;
    this.asked += 1;
    const typed = this.input.value.trim().toLowerCase();
    const local = this.known.filter((item) => item.label.toLowerCase().includes(typed));
    this.show(typed ? local : this.known);
    clearTimeout(this.timer);
    this.none.hidden = this.items.length > 0 || typed.length < 2;
    if (this.box.dataset.find && typed.length >= 2) {
      this.none.hidden = true;
      this.timer = setTimeout(() => this.ask(this.input.value.trim(), local), WAIT_MS);
    }
  }

  async ask(typed, local) {
    const turn = ++this.asked;
    const body = new URLSearchParams({ q: typed, csrf: this.page.body.dataset.csrf });
    let found = [];
    try {
      const answer = await fetch(this.box.dataset.find, { method: "POST", body, headers: { Accept: "application/json" } });
      found = answer.ok ? (await answer.json()).items : [];
    } catch { /* the pages and deeds are still there */ }
    await finger.lifted();
    if (turn !== this.asked || !this.box.open) return;
    const items = found.map((item) => ({ ...item, run: () => location.assign(item.href) }));
    this.show([...items, ...local]);
    this.none.hidden = this.items.length > 0;
  }

  // Whoever has moved to an item stays on it when the server's answer comes.
  show(items) {
    const chosen = this.moved ? this.items[this.at] : null;
    this.items = items.slice(0, 40);
    this.at = Math.max(0, this.items.indexOf(chosen));
    this.list.replaceChildren(...this.items.map((item, n) => this.line(item, n)));
    this.mark();
  }

  line(item, n) {
    const li = document.createElement("li");
    li.id = `command-${n}`;
    li.setAttribute("role", "option");
    li.dataset.n = n;
    li.dataset.kind = item.kind;
    for (const [name, text] of [["command-kind", this.page.say(`kind_${item.kind}`)], ["command-what", item.label], ["command-more", item.more]]) {
      const span = document.createElement("span");
      span.className = name;
      span.textContent = text;
      li.append(span);
    }
    return li;
  }

  mark() {
    for (const [n, li] of [...this.list.children].entries()) li.setAttribute("aria-selected", String(n === this.at));
    const now = this.list.children[this.at];
    now?.scrollIntoView({ block: "nearest" });
    if (now) this.input.setAttribute("aria-activedescendant", now.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.moved = true;
      this.at = (this.at + step + this.items.length) % Math.max(1, this.items.length);
      this.mark();
      event.preventDefault();
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.run(this.at);
    } else if (event.key === "Escape") this.box.close();
    event.stopPropagation();
  }

  run(n) {
    const item = this.items[n];
    if (!item) return;
    this.box.close();
    item.run();
  }
}

export function startCommand(page) {
  if (!document.getElementById("command")) return;
  const command = new Command(page);
  document.getElementById("command-open").addEventListener("click", () => command.open());
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); command.open(); }
  });
}
