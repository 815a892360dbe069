/** Dialogs: native ones, so focus stays inside and Escape closes. */

import { button, element } from "./element.js";

/**
 * Show a dialog and return it. `content` stands between the title and `actions`, which are buttons;
 * where there are `actions`, Enter in a field presses the first of class `primary`.
 */
export function openDialog({ title, content, actions = [], wide = false }) {
  const heading = element("h2", { id: `dialog-${++count}` }, title);
  const dialog = element("dialog", { "aria-labelledby": heading.id, class: wide ? "wide" : null });
  const close = button("", () => dialog.close(), { icon: "close", label: "Close", class: "quiet" });
  const form = element(
    "form",
    { novalidate: true },
    element("header", {}, heading, close),
    element("div", { class: "content" }, [content].flat().filter(Boolean)),
    actions.length > 0 && element("footer", {}, actions),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    actions.find((action) => action.classList.contains("primary"))?.click();
  });
  form.append(element("button", { type: "submit", hidden: true }));
  dialog.append(form);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector(".content input:not([type=radio], [type=checkbox])")?.focus();
  return dialog;
}

let count = 0;

/** Ask before something that cannot be taken back; resolves to whether it is wanted. */
export function confirmed({ title, text, action }) {
  return new Promise((resolve) => {
    const yes = button(action, () => dialog.close("yes"), { class: "primary danger" });
    const no = button("Cancel", () => dialog.close());
    const dialog = openDialog({ title, content: element("p", {}, text), actions: [yes, no] });
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"));
  });
}
