import { each } from "./enhance.js";

/**
 * Shows one plain input as four boxes. The input stays the only field: it lies
 * invisible over the boxes, which mirror what it holds and where its caret is.
 */
const LENGTH = 4;
const digits = (text) => (text ?? "").replace(/\D/g, "");

each("[data-pin-field]", (input) => {
  const cells = surround(input);
  const paint = () => mirror(input, cells);
  input.addEventListener("beforeinput", (event) => {
    if (event.inputType === "insertText") overtype(input, event);
  });
  input.addEventListener("paste", (event) => paste(input, event));
  input.addEventListener("click", (event) => aim(input, cells, event));
  input.addEventListener("input", () => {
    clean(input);
    paint();
  });
  for (const name of ["focus", "blur", "keyup", "select"]) {
    input.addEventListener(name, paint);
  }
  document.addEventListener("selectionchange", paint);
  paint();
});

function surround(input) {
  const box = document.createElement("span");
  const cells = Array.from({ length: LENGTH }, () => {
    const cell = document.createElement("span");
    cell.className = "pin__cell";
    cell.ariaHidden = "true";
    return cell;
  });
  box.className = "pin";
  input.replaceWith(box);
  input.dataset.pinInput = "";
  box.append(...cells, input);
  return cells;
}

function mirror(input, cells) {
  const focused = document.activeElement === input;
  const first = Math.min(input.selectionStart, LENGTH - 1);
  const last = Math.max(input.selectionEnd - 1, first);
  cells.forEach((cell, index) => {
    cell.textContent = input.value[index] ?? "";
    cell.toggleAttribute("data-active", focused && index >= first && index <= last);
  });
}

// A digit typed on a filled box replaces what is there, as in four real boxes.
function overtype(input, event) {
  if (digits(event.data) !== event.data) {
    event.preventDefault();
    return;
  }
  const { selectionStart: start, selectionEnd: end } = input;
  if (start === end && start < LENGTH) input.setSelectionRange(start, start + 1);
}

function paste(input, event) {
  event.preventDefault();
  const pasted = digits(event.clipboardData.getData("text"));
  const whole = pasted.length >= LENGTH;
  const start = whole ? 0 : input.selectionStart;
  const end = whole ? input.value.length : input.selectionEnd;
  input.setRangeText(pasted, start, end, "end");
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function aim(input, cells, event) {
  if (event.detail === 0 || input.selectionEnd - input.selectionStart > 1) return;
  const index = cells.findIndex((cell) => event.clientX <= cell.getBoundingClientRect().right);
  const place = Math.min(index < 0 ? LENGTH - 1 : index, input.value.length);
  input.setSelectionRange(place, place + 1);
}

function clean(input) {
  const kept = digits(input.value).slice(0, LENGTH);
  if (kept !== input.value) input.value = kept;
}
