/** A form is sent once: the button pressed waits, a second press does nothing. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.dataset.again !== undefined) return;
  if (form.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    return;
  }
  form.setAttribute("aria-busy", "true");
  wait(event.submitter);
});

// A page from the back-forward cache comes back as it was left: waiting.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[aria-busy]")) {
    form.removeAttribute("aria-busy");
  }
  for (const button of document.querySelectorAll("[data-waiting]")) {
    delete button.dataset.waiting;
    button.removeAttribute("aria-disabled");
  }
});

// The disabled attribute would leave the button's own name and value unsent.
function wait(button) {
  if (!button) return;
  button.dataset.waiting = "";
  button.setAttribute("aria-disabled", "true");
}
