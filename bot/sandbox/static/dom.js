// Small helpers to build elements: no markup in strings, so nothing said in a chat can become markup.

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function button(className, label, onclick, ...children) {
  return h("button", { type: "button", class: className, "aria-label": label, title: label, onclick }, ...children);
}

export function textButton(className, label, onclick) {
  return h("button", { type: "button", class: className, onclick }, label);
}

const SHAPES = {
  back: "M15 5l-7 7 7 7",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  send: "M4 12l16-8-6 16-3-7z",
  smile: "M12 21a9 9 0 100-18 9 9 0 000 18zM8.5 14.5a4.5 4.5 0 007 0M9 9.5h.01M15 9.5h.01",
  voice: "M12 15a3.2 3.2 0 003.2-3.2V7.2a3.2 3.2 0 00-6.4 0v4.6A3.2 3.2 0 0012 15zM6 11.5a6 6 0 0012 0M12 17.5V21",
  keyboard: "M3 7h18v10H3zM7 10.5h.01M10.3 10.5h.01M13.7 10.5h.01M17 10.5h.01M8 14h8",
  menu: "M4 7h16M4 12h16M4 17h16",
  clip: "M20 11.5l-8 8a5 5 0 01-7-7l8.2-8.2a3.4 3.4 0 014.8 4.8l-8 8a1.7 1.7 0 01-2.4-2.4l7-7",
  camera: "M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM12 16.5a3.3 3.3 0 100-6.6 3.3 3.3 0 000 6.6z",
  picture: "M4 5h16v14H4zM4 16l4.5-4.5 4 4 3-3L20 17M15.5 9.5h.01",
  pin: "M12 21s7-6.3 7-11.5A7 7 0 005 9.5C5 14.7 12 21 12 21zM12 12a2.5 2.5 0 100-5 2.5 2.5 0 000 5z",
  live: "M12 14a2 2 0 100-4 2 2 0 000 4zM7.5 16.5a6.4 6.4 0 010-9M16.5 7.5a6.4 6.4 0 010 9M4.7 19.3a10.3 10.3 0 010-14.6M19.3 4.7a10.3 10.3 0 010 14.6",
  video: "M4 6.5h11v11H4zM15 10.5l5-3v9l-5-3z",
  file: "M7 3.5h7l4 4v13H7zM14 3.5v4h4",
  contact: "M12 12a3.6 3.6 0 100-7.2 3.6 3.6 0 000 7.2zM5 20a7 7 0 0114 0",
  sticker: "M12 3.5a8.5 8.5 0 108.5 8.5L12 3.5zM12 3.5V9a3 3 0 003 3h5.5",
  forward: "M13 6l6 6-6 6M19 12H5",
  scan: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5M4 12h16",
  walk: "M13 5.2a1.4 1.4 0 100-2.8 1.4 1.4 0 000 2.8zM9 21l2.2-6.5 2.8 2.2V21M11.2 14.5l1-6.5-3.4 2v3M12.2 8l2.3 2.8L17.5 12",
  stop: "M7 7h10v10H7z",
  play: "M8 5l11 7-11 7z",
  clock: "M12 20.5a8.5 8.5 0 100-17 8.5 8.5 0 000 17zM12 7.5V12l3 2",
  tick: "M4 12.5l4.5 4.5L18 7",
  ticks: "M2.5 12.5L7 17l9.5-10M11 16l1 1 9.5-10",
  alert: "M12 4l9 16H3zM12 10v4.5M12 17.2h.01",
  signal: "M4 18v-2M9 18v-5M14 18V9M19 18V5",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 15a3 3 0 100-6 3 3 0 000 6z",
};

export function icon(name, className = "icon") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `${className} icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

export function clockTime(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
}

export function minutes(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const pad = (number) => String(number).padStart(2, "0");
  const rest = `${pad(Math.floor((whole % 3600) / 60))}:${pad(whole % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}
