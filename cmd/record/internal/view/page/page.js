"use strict";
const $ = (id) => document.getElementById(id);
const filter = $("filter"), code = $("code"), noted = $("noted"), clear = $("clear");
const cassettes = [...document.querySelectorAll(".cassette")];
const texts = new Map();
let chosen = null; // the cassettes of a cell of the coverage

function textOf(c) {
  if (!texts.has(c)) texts.set(c, [...c.querySelectorAll("summary, p, pre, li")].map((e) => e.textContent).join("\n").toLowerCase());
  return texts.get(c);
}

function show() {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  let n = 0;
  for (const c of cassettes) {
    c.hidden = !((!chosen || chosen.includes(c.id)) && words.every((w) => textOf(c).includes(w)) &&
      (!code.value || [...c.querySelectorAll("summary .status")].some((s) => s.textContent === code.value)) &&
      (!noted?.checked || c.querySelector("summary .warning")));
    if (!c.hidden) n++;
  }
  $("found").textContent = `${n} of ${cassettes.length}`;
  $("none").hidden = n > 0;
  clear.hidden = n === cassettes.length;
}

function showAll() {
  chosen = null;
  filter.value = code.value = "";
  if (noted) noted.checked = false;
  show();
}

// The cassette that the address names is open, whatever the filter says.
function reveal() {
  const c = cassettes.find((c) => c.id === location.hash.slice(1));
  if (!c) return;
  if (c.hidden) showAll();
  c.open = true;
  c.scrollIntoView();
  c.firstElementChild.focus({ preventScroll: true });
}

async function copy(button) {
  const text = button.closest("div").querySelector(".curl");
  try {
    await navigator.clipboard.writeText(text.textContent);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(text); // a browser may refuse it to a file
    button.textContent = document.execCommand("copy") ? "Copied" : "Selected: press Ctrl+C";
  }
  setTimeout(() => { button.textContent = "Copy as curl"; }, 3000);
}

$("find").hidden = false;
filter.addEventListener("input", show);
code.addEventListener("input", show);
noted?.addEventListener("input", show);
addEventListener("hashchange", reveal);
document.addEventListener("click", (e) => {
  const link = e.target.closest("a"), button = e.target.closest("button");
  if (link?.dataset.show) {
    showAll();
    chosen = link.dataset.show.split(" ");
    show();
  }
  if (link?.hash === location.hash) setTimeout(reveal); // no hashchange comes
  if (button && button === clear) { showAll(); filter.focus(); }
  if (button?.matches(".copy")) copy(button);
});
document.addEventListener("keydown", (e) => {
  if (e.key === "/" && !e.target.matches("input, select") && !e.ctrlKey && !e.metaKey && !e.altKey) { e.preventDefault(); filter.focus(); }
  if (e.key === "Escape" && e.target === filter) showAll();
});
let unfolded = [];
addEventListener("beforeprint", () => { unfolded = [...document.querySelectorAll("details:not([open])")]; for (const d of unfolded) d.open = true; });
addEventListener("afterprint", () => { for (const d of unfolded) d.open = false; });
show();
reveal();

// The requests of a server, as they come.
const maxListed = 200;

function live(section) {
  const log = $("log"), state = $("state"), steps = [...$("steps").children];
  let counts, uses, source;

  // What a client has sent is text, never markup.
  const add = (parent, name, text, className) => {
    const e = parent.appendChild(document.createElement(name));
    if (text !== undefined) e.textContent = text;
    if (className) e.className = className;
    return e;
  };

  function begin() {
    counts = { answered: 0, missed: 0, refused: 0, breaches: 0 };
    uses = steps.map(() => 0);
    log.replaceChildren();
    steps.forEach((s) => { s.querySelector(".used").textContent = "unused"; });
    tell();
  }

  function tell() {
    const all = counts.answered + counts.missed + counts.refused, parts = [];
    if (counts.answered) parts.push(`${counts.answered} answered`);
    if (counts.missed) parts.push(`${counts.missed} without an answer`);
    if (counts.refused) parts.push(`${counts.refused} refused`);
    if (counts.breaches) parts.push(`${counts.breaches} against the contract`);
    if (all > log.children.length) parts.push(`the last ${log.children.length} are listed`);
    state.textContent = all ? `${all} ${all === 1 ? "request" : "requests"}: ${parts.join(", ")}` : "No request yet.";
  }

  function asked(r) {
    counts[r.result]++;
    if (r.breach) counts.breaches++;
    const failed = r.result !== "answered" || r.breach;
    const item = document.createElement("li");
    item.className = failed ? "failed" : "";
    add(item, "span", `${r.number} `, "dim");
    add(item, "b", r.breach ? "against the contract" : r.result, `badge ${failed ? "missed" : "answered"}`);
    add(item, "code", `${r.method} ${r.url}`);
    if (r.status) { item.append(" "); add(item, "span", r.status, `status s${String(r.status)[0]}`); }
    if (r.by) {
      const step = steps[r.by.step - 1];
      step.querySelector(".used").textContent = `used ${++uses[r.by.step - 1]} ×`;
      item.append(" ");
      add(item, "span", `by step ${r.by.step}, ${r.by.name}`, "dim");
    }
    if (r.nearest) nearest(item, r.nearest);
    if (r.breach) add(item, "pre", r.breach);
    if (r.explanation) {
      const all = add(item, "details");
      add(all, "summary", "In full");
      add(all, "pre", r.explanation);
      all.open = !r.nearest;
    }
    for (const text of r.notes || []) add(item, "p", text, "dim");
    log.prepend(item);
    // Of those that are answered the oldest goes first.
    if (log.children.length > maxListed) ([...log.children].findLast((e) => !e.className) || log.lastChild).remove();
    tell();
  }

  const differs = {
    method: "same URL, but the method differs", URL: "the URL differs", Accept: "another media type is asked for",
    body: "same method and URL, but the body differs", used: "the same request, but its answer is used",
  };

  // nearest shows a request that was missed beside the recorded one that is nearest.
  function nearest(item, n) {
    const p = add(item, "p", "Nearest is ");
    const known = steps[n.by.step - 1].querySelector("a");
    const name = add(p, known ? "a" : "span", `step ${n.by.step}, ${n.by.name}`);
    if (known) name.href = known.hash;
    p.append(`: ${differs[n.differs] || n.differs}`);
    if (!n.differences.length) return;
    const table = add(item, "table"), head = add(table.createTHead(), "tr"), body = table.createTBody();
    for (const title of ["place", "recorded", "sent"]) add(head, "th", title).scope = "col";
    for (const d of n.differences) {
      const row = add(body, "tr");
      add(add(row, "th"), "code", d.place).parentNode.scope = "row";
      for (const [name, text] of [["del", d.recorded], ["ins", d.sent]]) {
        const cell = add(row, "td");
        if (text) add(cell, name, text);
        else add(cell, "span", "absent", "dim");
      }
    }
    if (n.more) add(item, "p", `and ${n.more} more`, "dim");
  }

  function connect() {
    source = new EventSource(section.dataset.from);
    source.addEventListener("reset", begin);
    source.addEventListener("request", (e) => asked(JSON.parse(e.data)));
    source.addEventListener("error", () => {
      state.textContent = "The server does not answer. Waiting for it…";
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, 3000); // the browser has given up
    });
  }

  $("reset").addEventListener("click", () => fetch("reset", { method: "POST" }).catch(() => {})); // the stream says that it is gone
  connect();
}
if ($("live")) live($("live"));
