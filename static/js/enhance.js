/** Call `enhance` once for every match, now and in whatever htmx brings later. */
export function each(selector, enhance) {
  const seen = new WeakSet();
  const visit = (root) => {
    const found = [...root.querySelectorAll(selector)];
    if (root.matches?.(selector)) found.push(root);
    for (const element of found) {
      if (seen.has(element)) continue;
      seen.add(element);
      enhance(element);
    }
  };
  visit(document);
  document.addEventListener("htmx:load", (event) => visit(event.target));
}
