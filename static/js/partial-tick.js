import { each } from "./enhance.js";

/** A tick for many of which only some are ticked; markup alone cannot say so. */
each("[data-partial]", (tick) => {
  tick.indeterminate = true;
});
