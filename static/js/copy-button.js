/** Copies `value`; the button inside is hidden until this script is there. */
class CopyButton extends HTMLElement {
  connectedCallback() {
    this.button = this.querySelector("button");
    this.label = this.querySelector("[data-copy-label]");
    this.button.hidden = false;
    this.button.addEventListener("click", () => this.copy());
  }

  async copy() {
    if (!(await write(this.getAttribute("value")))) return;
    const before = this.label.textContent;
    this.label.textContent = this.getAttribute("done");
    this.button.disabled = true;
    setTimeout(() => {
      this.label.textContent = before;
      this.button.disabled = false;
    }, 1600);
  }
}

async function write(text) {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false;
    }
  }
  return writeThroughSelection(text);
}

// Browsers give navigator.clipboard to https pages only; many portals are http.
function writeThroughSelection(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  return copied;
}

customElements.define("copy-button", CopyButton);
