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
