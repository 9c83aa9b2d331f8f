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

// The application form is advised on while it is filled in: the same sentences that saving would show.
for (const form of document.querySelectorAll("form[data-advice]")) {
  const touched = new Set();
  let waiting = 0, asked = 0;
  const place = (key) => form.querySelector(`[data-advice-for="${key}"]`);
  const keyOf = (name) => name.split(".")[1];
  const show = (told) => {
    for (const box of form.querySelectorAll("[data-advice-for]")) {
      const key = box.dataset.adviceFor, one = told.fields[key];
      box.replaceChildren();
      for (const line of one ? one.lines : []) {
        const quiet = line.hard && one.blank && !touched.has(key);
        const text = document.createElement("p");
        text.className = quiet ? "waiting" : line.hard ? "error" : "advised";
        text.textContent = quiet ? "○ 待填" : (line.hard ? "▲ " : "◆ ") + line.text;
        box.append(text);
      }
      const words = form.querySelector(`[data-words="${key}"]`);
      if (words && one) { words.textContent = one.words; words.classList.toggle("over", one.words > one.most); }
    }
    const total = form.querySelector("[data-total]");
    if (total) total.textContent = told.total || "0";
    const standing = document.querySelector("[data-standing]");
    if (standing.textContent !== told.standing) standing.textContent = told.standing;
  };
  const ask = async () => {
    const mine = ++asked;
    const answer = await fetch(form.dataset.advice, { method: "POST", body: new FormData(form) }).catch(() => null);
    if (answer && answer.ok && mine === asked) show(await answer.json());
  };
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 500); });
  form.addEventListener("focusout", (event) => {
    const key = keyOf(event.target.name || "");
    if (!key || !place(key)) return;
    touched.add(key);
    clearTimeout(waiting);
    waiting = setTimeout(ask, 50);
  });
}

// A ranking is moved up and down; the numbers stay what is sent.
for (const table of document.querySelectorAll("table[data-ranking]")) {
  const body = table.tBodies[0];
  const place = (row) => row.querySelector("input.place");
  const number = () => {
    let next = 0;
    for (const row of body.rows) if (place(row).value.trim()) place(row).value = String(++next);
  };
  const sorted = () => {
    const rank = (row) => Number(place(row).value) || Infinity;
    body.append(...[...body.rows].sort((one, other) => rank(one) - rank(other)));
    number();
  };
  const moved = (row, by) => {
    const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!place(row).value.trim()) place(row).value = String(body.rows.length);
    else if (other && by > 0 && !place(other).value.trim()) place(row).value = "";
    if (other && place(row).value.trim()) { if (by < 0) other.before(row); else other.after(row); }
    number();
    sorted();
  };
  for (const row of body.rows) {
    const box = document.createElement("span");
    box.className = "moves";
    for (const [by, sign, word] of [[-1, "↑", "上移"], [1, "↓", "下移"]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = sign;
      button.setAttribute("aria-label", `${place(row).getAttribute("aria-label")}：${word}`);
      button.addEventListener("click", () => { moved(row, by); button.focus(); });
      box.append(button);
    }
    place(row).after(box);
    place(row).addEventListener("change", sorted);
  }
  sorted();
}

// The rows of a table are chosen all at once.
for (const form of document.querySelectorAll("form.bulk")) {
  const boxes = [...form.querySelectorAll("input[name=key]")];
  const head = form.querySelector("thead th");
  if (!head || !boxes.length) continue;
  const all = document.createElement("input");
  all.type = "checkbox";
  all.setAttribute("aria-label", "全选本页");
  const count = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  };
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; });
  for (const box of boxes) box.addEventListener("change", count);
  addEventListener("pageshow", count);
  head.replaceChildren(all);
}
