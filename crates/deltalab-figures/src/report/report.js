"use strict";
// Sorts a table by the column whose heading is pressed: ascending, then descending. Missing values stay last.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const headings = [...table.tHead.rows[0].cells];
  const collator = new Intl.Collator("en", { numeric: true });
  for (const heading of headings) {
    const column = Number(heading.dataset.c);
    heading.querySelector("button").addEventListener("click", () => {
      const down = heading.getAttribute("aria-sort") === "ascending";
      headings.forEach((other) => other.setAttribute("aria-sort", "none"));
      heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      const key = (row) => {
        const cell = row.cells[column];
        const value = cell.dataset.v;
        if (value === undefined) return cell.textContent.trim();
        return Number(value.replace(/^(-?)inf$/, "$1Infinity"));
      };
      const missing = (value) => value === "" || Number.isNaN(value);
      const compare = (a, b) => {
        if (missing(a) || missing(b)) return (missing(a) ? 1 : 0) - (missing(b) ? 1 : 0);
        const numbers = typeof a === "number" && typeof b === "number";
        const order = numbers ? (a > b) - (a < b) : collator.compare(String(a), String(b));
        return down ? -order : order;
      };
      const rows = [...body.rows].map((row) => [key(row), row]);
      rows.sort((a, b) => compare(a[0], b[0]));
      body.append(...rows.map((pair) => pair[1]));
    });
  }
}
