/** A monitor's status: a word with a mark of its own, so colour is never all that tells. */

const MARKS = { up: "●", degraded: "▲", down: "■", paused: "‖" };

export class StatusPill extends HTMLElement {
  static observedAttributes = ["status"];

  attributeChangedCallback() {
    const status = this.getAttribute("status");
    const mark = document.createElement("span");
    mark.setAttribute("aria-hidden", "true");
    mark.textContent = MARKS[status] ?? "○";
    this.replaceChildren(mark, ` ${status}`);
  }
}

customElements.define("status-pill", StatusPill);
