import "./copy-button.js";
import "./filter-form.js";
import "./menu.js";
import "./partial-tick.js";
import "./pin-field.js";
import "./save-state.js";
import "./submit-once.js";
