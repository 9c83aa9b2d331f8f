// The little comfort a browser can add; every page works without it.
"use strict";

// A form that acts is sent once, however often its button is pressed.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("button")) setTimeout(() => { button.disabled = true; }, 0);
  });
}
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form[data-once] button")) button.disabled = false;
});

// A table of a form gets more rows.
for (const table of document.querySelectorAll("table[data-rows]")) {
  const add = document.createElement("button");
  add.type = "button";
  add.textContent = "再加一行";
  add.addEventListener("click", () => {
    const rows = table.tBodies[0].rows;
    const row = rows[rows.length - 1].cloneNode(true);
    for (const input of row.querySelectorAll("input, select, textarea")) {
      input.name = input.name.replace(/\.\d+\./, `.${rows.length}.`);
      if (input.type === "checkbox") input.checked = false; else input.value = "";
      const label = input.getAttribute("aria-label");
      if (label) input.setAttribute("aria-label", label.replace(/\d+/, String(rows.length + 1)));
    }
    table.tBodies[0].append(row);
    row.querySelector("input, select")?.focus();
  });
  table.parentElement.after(add);
}

// Leaving a form that has been filled in asks once.
for (const form of document.querySelectorAll("form[data-once]")) {
  let changed = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}

// On a phone the menu begins closed.
if (matchMedia("(max-width: 60rem)").matches) document.querySelector("details.menu")?.removeAttribute("open");
