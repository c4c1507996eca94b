const PIN_LENGTH = 4;
const FORGET_AFTER = 15_000;
const STEPS = {
  ready: "pin",
  checking: "pin",
  refused: "pin",
  authorised: "plug",
  charging: "charge",
};

const bay = document.querySelector("[data-phase]");
const shown = (name) => bay.querySelector(`[data-testid="${name}"]`);
const display = shown("display");
const hint = shown("hint");
const dots = bay.querySelector("[data-typed]");
const dotsText = dots.querySelector("[data-text]");
const stop = bay.querySelector('[data-deed="stop"]');
const car = bay.querySelector("[data-plugged]");
const plug = car.querySelector("button");
const plugWord = plug.querySelector("[data-plug]");

let socket;
let pause = 500;
let typed = "";
let forgetting;

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function show(phase, words, explanation) {
  // A new phase is worth saying aloud; every tenth of a kilowatt-hour is not.
  display.setAttribute("aria-live", bay.dataset.phase === phase ? "off" : "polite");
  bay.dataset.phase = phase;
  write(display, words);
  write(hint, explanation);
  for (const step of bay.querySelectorAll("[data-step]")) {
    step.toggleAttribute("aria-current", step.dataset.step === STEPS[phase]);
    if (step.hasAttribute("aria-current")) step.setAttribute("aria-current", "step");
  }
}

function render(state) {
  show(state.phase, state.display, state.hint);
  for (const name of ["energy", "power", "elapsed", "register"]) {
    write(shown(name), state[name]);
  }
  stop.setAttribute("aria-disabled", String(!state.canStop));
  car.dataset.plugged = String(state.isPlugged);
  plug.dataset.deed = state.isPlugged ? "unplug" : "plug";
  write(plugWord, state.isPlugged ? plugWord.dataset.unplug : plugWord.dataset.plug);
  const cable = shown("cable");
  write(cable, state.isPlugged ? cable.dataset.plugged : cable.dataset.unplugged);
}

function connect() {
  socket = new WebSocket(`ws://${location.host}/socket`);
  socket.addEventListener("open", () => (pause = 500));
  socket.addEventListener("message", (event) => render(JSON.parse(event.data)));
  socket.addEventListener("close", () => {
    show("offline", display.dataset.lost, hint.dataset.lost);
    setTimeout(connect, pause);
    pause = Math.min(pause * 2, 8000);
  });
}

function send(frame) {
  if (socket.readyState === WebSocket.OPEN) socket.send(frame);
}

function showTyped() {
  dots.dataset.typed = typed.length;
  write(dotsText, typed ? dotsText.dataset.text.replace("{count}", typed.length) : "");
}

function keep(digits) {
  typed = digits;
  clearTimeout(forgetting);
  if (typed) forgetting = setTimeout(keep, FORGET_AFTER, "");
  showTyped();
}

function type(digit) {
  keep(typed + digit);
  if (typed.length < PIN_LENGTH) return;
  send(typed);
  typed = "";
  clearTimeout(forgetting);
  setTimeout(showTyped, 250);
}

function press(button) {
  const { digit, deed } = button.dataset;
  if (digit) type(digit);
  else if (deed === "clear") keep("");
  else if (button.getAttribute("aria-disabled") !== "true") send(deed);
}

function sink(button) {
  button.toggleAttribute("data-pressed", true);
  setTimeout(() => button.toggleAttribute("data-pressed", false), 120);
}

bay.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) press(button);
});

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^[0-9]$/.test(event.key)) {
    sink(bay.querySelector(`[data-digit="${event.key}"]`));
    type(event.key);
  } else if (event.key === "Backspace") keep(typed.slice(0, -1));
  else if (event.key === "Escape") keep("");
});

connect();
