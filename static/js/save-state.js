/**
 * Says what became of a tick: inside [data-saves], the element [data-save-state]
 * speaks "Saving…", "Saved" or "Not saved"; a tick that was not saved goes back.
 */
const speakers = new WeakMap();

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const speaker = detail.elt
    .closest("[data-saves]")
    ?.querySelector("[data-save-state]");
  if (!speaker) return;
  speakers.set(detail.xhr, speaker);
  say(speaker, "saving");
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const speaker = speakers.get(detail.xhr);
  if (!speaker) return;
  // Who is sent to another page, the sign-in, has saved nothing.
  const isSaved =
    detail.successful && !detail.xhr.getResponseHeader("HX-Redirect");
  say(speaker, isSaved ? "saved" : "failed");
  const tick = detail.elt;
  if (!isSaved && tick.type === "checkbox") tick.checked = !tick.checked;
});

function say(speaker, state) {
  speaker.dataset.state = state;
  speaker.textContent = speaker.dataset[state];
}
