// What script adds to the page of all files' licences: showing only those of one licence, or of one outcome.
"use strict";

(() => {
  const { element } = debpress;
  const table = document.getElementById("licences");
  const rows = [...table.querySelectorAll("tr:not(.folder)")].filter((row) => row.parentElement.tagName === "TBODY");
  const none = "(none)";
  const value = (row, column) => row.cells[column].textContent || none;

  const choice = (label, column) => {
    const counts = new Map();
    for (const row of rows) counts.set(value(row, column), (counts.get(value(row, column)) ?? 0) + 1);
    const select = element("select", {}, new Option("all", ""));
    for (const [name, count] of [...counts].sort((a, b) => b[1] - a[1])) select.append(new Option(`${name} (${count})`, name));
    select.addEventListener("change", filter);
    return { column, select, label: element("label", {}, `${label} `, select) };
  };

  const filter = () => {
    let shown = 0;
    for (const row of rows) {
      row.hidden = choices.some(({ column, select }) => select.value && select.value !== value(row, column));
      shown += !row.hidden;
    }
    for (const body of table.tBodies) {
      body.hidden = [...body.rows].every((row) => row.hidden || row.classList.contains("folder"));
    }
    debpress.say(`${shown} files`);
  };

  const choices = [choice("Declared", 1), choice("Says", 2), choice("Together", 3)];
  if (rows.length > 1) {
    table.parentElement.before(element("p", { className: "filter" }, ...choices.map(({ label }) => label)));
  }
})();
