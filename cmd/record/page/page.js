"use strict";
const filter = document.getElementById("filter"), count = document.getElementById("count");
const all = [...document.querySelectorAll(".cassette")];
const texts = new Map();
function show() {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  let n = 0;
  for (const c of all) {
    if (!texts.has(c)) texts.set(c, c.textContent.toLowerCase());
    c.hidden = !words.every(w => texts.get(c).includes(w));
    if (!c.hidden) n++;
  }
  count.textContent = n + " of " + all.length;
}
filter.addEventListener("input", show);
show();
document.addEventListener("keydown", e => {
  if (e.key === "/" && document.activeElement !== filter && !e.ctrlKey && !e.metaKey && !e.altKey) { e.preventDefault(); filter.focus(); }
  if (e.key === "Escape" && document.activeElement === filter) { filter.value = ""; show(); }
});
document.addEventListener("click", async e => {
  if (!e.target.classList.contains("copy")) return;
  const text = e.target.nextElementSibling;
  try {
    await navigator.clipboard.writeText(text.textContent);
    e.target.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(text); // from the file system a browser may refuse
    e.target.textContent = document.execCommand("copy") ? "Copied" : "Selected";
  }
});
let opened = [];
addEventListener("beforeprint", () => { opened = [...document.querySelectorAll("details:not([open])")]; opened.forEach(d => d.open = true); });
addEventListener("afterprint", () => opened.forEach(d => d.open = false));
const list = document.getElementById("requests");
if (list) {
  const state = document.getElementById("state"), source = new EventSource(list.dataset.from);
  const add = (parent, name, text, className) => {
    const e = parent.appendChild(document.createElement(name));
    e.textContent = text; // never markup: it is what a client has sent
    if (className) e.className = className;
  };
  source.addEventListener("reset", () => { list.replaceChildren(); state.textContent = "No request yet."; });
  source.addEventListener("request", e => {
    const r = JSON.parse(e.data), item = document.createElement("li");
    item.value = r.number;
    add(item, "b", r.result, r.result === "answered" && !r.breach ? "live" : "breaking");
    add(item, "span", " " + r.method + " " + r.url + (r.status ? " " + r.status : "") + (r.by ? ", step " + r.by.step + " " + r.by.name : ""));
    for (const text of [r.explanation, r.breach]) if (text) add(item, "pre", text);
    for (const text of r.notes || []) add(item, "div", text);
    list.prepend(item);
    state.textContent = list.children.length === 1 ? "1 request" : list.children.length + " requests";
  });
  source.addEventListener("error", () => { state.textContent = "The server does not answer."; });
}
