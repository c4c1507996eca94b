import { each } from "./enhance.js";

/** A filter form sends itself when a list is changed; its button is for the others. */
each("form[data-filter]", (form) => {
  for (const button of form.querySelectorAll("[data-filter-submit]")) {
    button.classList.add("visually-hidden");
  }
  form.addEventListener("change", (event) => {
    if (event.target.matches("select, [type=checkbox], [type=radio]")) {
      form.requestSubmit();
    }
  });
});
