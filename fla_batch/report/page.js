"use strict";
// Search and filters of a page that was written whole: without scripts it shows everything.
(() => {
  const form = document.querySelector("form.search");
  if (!form) return;
  const rows = [...document.querySelectorAll("table.findings tbody tr")];
  const parts = [...document.querySelectorAll("section.part")];
  const told = document.getElementById("told");
  const plural = new Intl.PluralRules(document.documentElement.lang);
  const spaced = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u00a0");
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const texts = new Map();
  const textOf = (row) => {
    if (!texts.has(row)) texts.set(row, plain(row.textContent));
    return texts.get(row);
  };
  const filter = () => {
    const words = plain(form.elements.words.value).split(/\s+/).filter(Boolean);
    const chosen = ["severity", "origin", "employer"].filter((name) => form.elements[name])
      .map((name) => [name, form.elements[name].value]).filter(([, value]) => value);
    let shown = 0;
    for (const row of rows) {
      const fits = chosen.every(([name, value]) => row.dataset[name] === value
          || (name === "employer" && row.closest("section").dataset.employer === value))
        && words.every((word) => textOf(row).includes(word));
      row.hidden = !fits;
      shown += fits;
    }
    for (const part of parts) part.hidden = !part.querySelector("tbody tr:not([hidden])");
    const text = plural.select(shown) === "one" ? told.dataset.one : told.dataset.many;
    told.textContent = text.replace("{count}", spaced(shown))
      .replace("{total}", spaced(rows.length));
  };
  let waiting = 0;
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 150); });
  form.addEventListener("submit", (event) => { event.preventDefault(); filter(); });
  form.hidden = false;
  filter();
})();
