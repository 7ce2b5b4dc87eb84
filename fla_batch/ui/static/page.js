// What templates cannot do: dropping a file, a grid whose rows come as needed, and saying that
// nobody answers any more.
"use strict";

const ROW_HEIGHT = 34;
const MARGIN_ROWS = 20;

// --- dropping a file -----------------------------------------------------------------------

function beginDrop(form) {
  const input = form.querySelector("input[type=file]");
  const uploaded = form.querySelector("progress");
  const send = () => { if (input.files.length) form.requestSubmit(); };
  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => { event.preventDefault(); form.classList.add("over"); });
  }
  for (const name of ["dragleave", "drop"]) {
    form.addEventListener(name, (event) => { event.preventDefault(); form.classList.remove("over"); });
  }
  form.addEventListener("drop", (event) => { input.files = event.dataTransfer.files; send(); });
  input.addEventListener("change", send);
  form.addEventListener("htmx:xhr:progress", (event) => {
    uploaded.hidden = false;
    if (event.detail.lengthComputable) uploaded.value = 100 * event.detail.loaded / event.detail.total;
  });
  form.addEventListener("htmx:afterRequest", () => { uploaded.hidden = true; });
}

// --- the grid ------------------------------------------------------------------------------

class Grid {
  constructor(box, top) {
    this.box = box;
    this.body = box.querySelector("tbody");
    this.table = box.querySelector("table");
    this.total = 0;
    this.first = 0;
    this.asked = 0;
    this.focus = null;
    this.cause = "";
    box.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.body.addEventListener("click", (event) => this.clicked(event));
    this.body.addEventListener("keydown", (event) => this.pressed(event));
    this.body.addEventListener("focusin", (event) => this.focused(event));
    this.load(Math.max(0, Math.floor(top / ROW_HEIGHT) - MARGIN_ROWS), top);
  }

  query(start, count) {
    const asked = new URLSearchParams({ start, count });
    const only = document.getElementById("only-found");
    const employer = document.getElementById("employer");
    const worker = document.getElementById("worker");
    if (this.cause !== "") asked.set("cause", this.cause);
    if (only && only.checked) asked.set("found", "1");
    if (employer && employer.value) asked.set("employer", employer.value);
    if (worker && worker.value) asked.set("worker", worker.value);
    return asked;
  }

  visible() {
    return Math.ceil(Math.max(this.box.clientHeight, 400) / ROW_HEIGHT) + 2 * MARGIN_ROWS;
  }

  // `top`: where to scroll to; null stays where it is.
  async load(start, top) {
    const turn = ++this.asked;
    let answer, rows;
    try {
      answer = await fetch(`${this.box.dataset.url}/rows?${this.query(start, this.visible())}`);
      rows = await answer.text();
    } catch {
      // Broken off: by leaving the page, which needs no word, or because nobody answers.
      if (turn === this.asked && !leaving) sayNoAnswer();
      return;
    }
    if (turn !== this.asked) return;
    if (!answer.ok) { this.table.setAttribute("aria-busy", "true"); return; }
    this.table.removeAttribute("aria-busy");
    this.total = Number(answer.headers.get("x-total"));
    if (start && start >= this.total) { this.load(0, 0); return; }
    this.first = start;
    const focus = this.focus;
    // Who is in the grid stays there, whatever made it load.
    const within = this.body.contains(document.activeElement);
    this.body.innerHTML = rows;
    const count = this.body.rows.length;
    this.spacer(this.body.rows[0], start);
    this.spacer(null, this.total - start - count);
    this.table.setAttribute("aria-rowcount", this.total + 1);
    if (top !== null) this.box.scrollTop = top;
    const shown = document.getElementById("shown");
    if (shown) shown.textContent = shown.dataset.one.replace("{count}", this.total);
    const cells = this.body.querySelectorAll("td[data-column]");
    const again = focus && this.cell(focus.row, focus.column);
    if (again) { again.tabIndex = 0; if (this.returning || within) again.focus({ preventScroll: true }); }
    else if (cells.length) cells[0].tabIndex = 0;
    this.returning = false;
  }

  spacer(before, rows) {
    if (rows <= 0) return;
    const line = document.createElement("tr");
    line.className = "space";
    line.setAttribute("aria-hidden", "true");
    const cell = line.insertCell();
    cell.colSpan = this.table.tHead.rows[0].cells.length;
    cell.style.height = `${rows * ROW_HEIGHT}px`;
    this.body.insertBefore(line, before);
  }

  scrolled() {
    const top = Math.floor(this.box.scrollTop / ROW_HEIGHT);
    const seen = Math.ceil(this.box.clientHeight / ROW_HEIGHT);
    const have = this.body.querySelectorAll("tr[data-row]").length;
    const short = top < this.first || (top + seen > this.first + have && this.first + have < this.total);
    if (short) {
      clearTimeout(this.soon);
      this.soon = setTimeout(() => this.load(Math.max(0, top - MARGIN_ROWS), null), 40);
    }
  }

  cell(row, column) {
    return this.body.querySelector(`tr[data-row="${row}"] td[data-column="${column}"]`);
  }

  focused(event) {
    const cell = event.target.closest("td[data-column]");
    if (!cell) return;
    for (const other of this.body.querySelectorAll('td[tabindex="0"]')) other.tabIndex = -1;
    cell.tabIndex = 0;
    this.focus = { row: cell.parentElement.dataset.row, column: cell.dataset.column };
  }

  clicked(event) {
    const cell = event.target.closest("td[data-column]");
    if (cell) { cell.focus(); this.open(cell); }
  }

  async pressed(event) {
    const cell = event.target.closest("td[data-column]");
    if (!cell) return;
    const line = cell.parentElement;
    let next = null;
    if (event.key === "Enter" || event.key === "F2") { event.preventDefault(); this.open(cell); return; }
    if (event.key === "ArrowRight") next = cell.nextElementSibling;
    else if (event.key === "ArrowLeft") next = cell.previousElementSibling;
    else if (event.key === "ArrowDown") next = line.nextElementSibling;
    else if (event.key === "ArrowUp") next = line.previousElementSibling;
    else if (event.key === "Home") next = line.querySelector("td[data-column]");
    else if (event.key === "End") next = line.lastElementChild;
    else if (event.key === "PageDown") { this.box.scrollTop += this.box.clientHeight - 2 * ROW_HEIGHT; return; }
    else if (event.key === "PageUp") { this.box.scrollTop -= this.box.clientHeight - 2 * ROW_HEIGHT; return; }
    else return;
    event.preventDefault();
    if (next && next.tagName === "TR") {
      if (next.className === "space") { this.box.scrollTop += event.key === "ArrowDown" ? ROW_HEIGHT : -ROW_HEIGHT; return; }
      next = next.querySelector(`td[data-column="${cell.dataset.column}"]`);
    }
    if (next && next.matches("td[data-column]")) {
      next.focus({ preventScroll: true });
      next.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }

  open(cell) {
    const asked = new URLSearchParams({ row: cell.parentElement.dataset.row, column: cell.dataset.column });
    htmx.ajax("GET", `${this.box.dataset.url}/cell?${asked}`, { target: "#editor-content", swap: "innerHTML" });
  }
}

let grid = null;

// --- when nobody answers -------------------------------------------------------------------

let leaving = false;

function sayNoAnswer() {
  const said = document.getElementById("no-answer").content.cloneNode(true);
  document.getElementById("notice").replaceChildren(said);
  const editor = document.getElementById("editor");
  if (editor && editor.open) editor.close();
  window.scrollTo({ top: 0 });
}

window.addEventListener("pagehide", () => { leaving = true; });
window.addEventListener("pageshow", () => { leaving = false; });
document.addEventListener("htmx:sendError", () => { if (!leaving) sayNoAnswer(); });

function choose(button) {
  const pressed = button.getAttribute("aria-pressed") === "true";
  for (const other of document.querySelectorAll(".cause")) other.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-pressed", String(!pressed));
  grid.cause = pressed ? "" : button.dataset.cause;
  grid.load(0, 0);
}

function kept() {
  const only = document.getElementById("only-found");
  const worker = document.getElementById("worker");
  const employer = document.getElementById("employer");
  return { only: only ? only.checked : null, worker: worker ? worker.value : "",
    employer: employer ? employer.value : "", focus: grid && grid.focus,
    top: grid ? grid.box.scrollTop : 0 };
}

let before = null;

document.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.target) return;
  if (event.detail.target.id === "findings" && grid) before = kept();
  if (event.detail.target.id !== "notice") {
    const notice = document.getElementById("notice");
    if (notice) notice.replaceChildren();
  }
});

document.addEventListener("htmx:afterSwap", (event) => {
  const target = event.detail.target;
  if (!target) return;
  if (target.id === "editor-content") {
    document.getElementById("editor").showModal();
    const text = document.getElementById("cell-text");
    text.focus();
    text.select();
  }
  const question = target.querySelector("[role=alertdialog]");
  if (question) question.querySelector(".button:not(.danger)").focus();
  if (target.id === "notice") {
    const editor = document.getElementById("editor");
    if (editor && editor.open) editor.close();
    window.scrollTo({ top: 0 });
  }
  if (target.id === "findings") {
    const editor = document.getElementById("editor");
    if (editor && editor.open) editor.close();
    const box = document.getElementById("grid");
    const first = document.getElementById("first-rows");
    if (!box) return;
    if (first) first.remove();
    if (before) {
      const only = document.getElementById("only-found");
      // Where nothing is left to be found, all rows are shown again.
      if (only && before.only !== null) only.checked = before.only && Boolean(document.querySelector(".cause"));
      const worker = document.getElementById("worker");
      if (worker) worker.value = before.worker;
      const employer = document.getElementById("employer");
      if (employer) employer.value = before.employer;
    }
    grid = new Grid(box, before ? before.top : 0);
    if (before && before.focus) { grid.focus = before.focus; grid.returning = true; }
    before = null;
  }
});

document.addEventListener("click", (event) => {
  const cause = event.target.closest(".cause");
  if (cause && grid) choose(cause);
  const proposal = event.target.closest("[data-proposal]");
  if (proposal) {
    document.getElementById("cell-text").value = proposal.dataset.proposal;
    proposal.form.requestSubmit();
  }
  if (event.target.closest("[data-close]")) document.getElementById("editor").close();
});

document.addEventListener("input", (event) => {
  if (!grid) return;
  if (event.target.id === "worker") {
    clearTimeout(grid.typing);
    grid.typing = setTimeout(() => grid.load(0, 0), 200);
  }
  if (["only-found", "employer"].includes(event.target.id)) grid.load(0, 0);
});

// After htmx, whose own listener was there first: from here on nothing that is clicked is lost.
document.addEventListener("DOMContentLoaded", () => {
  document.documentElement.classList.add("listens");
  const form = document.getElementById("drop");
  if (form) beginDrop(form);
  const editor = document.getElementById("editor");
  if (editor) editor.addEventListener("close", () => {
    const focus = grid && grid.focus;
    const cell = focus && grid.cell(focus.row, focus.column);
    if (cell) cell.focus({ preventScroll: true });
  });
});
