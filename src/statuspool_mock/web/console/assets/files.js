/** Files: out of the page and into it. */

import { element } from "./element.js";

/** Let the browser save a value as JSON. */
export function download(name, value) {
  const url = URL.createObjectURL(new Blob([JSON.stringify(value)], { type: "application/json" }));
  const link = element("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Return a button that asks for a JSON file and hands its value to `take`. */
export function uploadButton(label, take) {
  const input = element("input", { type: "file", accept: "application/json,.json", "aria-label": label });
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) return;
    const text = await file.text();
    input.value = "";
    await take(JSON.parse(text));
  });
  return element("label", { class: "button upload" }, label, input);
}
