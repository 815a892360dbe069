/** Copies text, and what to copy: a request as others would make it. */

import { button } from "./element.js";

/** Return a button that copies what `text()` returns. */
export function copyButton(app, label, text, attributes = {}) {
  return button(
    label,
    async () => app.toasts.done((await copied(text())) ? "Copied." : "This browser does not allow copying."),
    {
      icon: "copy",
      ...attributes,
    },
  );
}

/** Return a request as a command of curl. `path` begins with a slash. */
export function asCurl(key, { method = "GET", path, body = null, headers = {} }) {
  const parts = ["curl", "-s", ...(method === "GET" ? [] : ["-X", method]), quoted(location.origin + path)];
  for (const [name, value] of Object.entries({ Authorization: `Bearer ${key}`, ...headers })) {
    parts.push("-H", quoted(`${name}: ${value}`));
  }
  if (body) parts.push("--data-raw", quoted(body));
  return parts.join(" ");
}

/** Return a request as JavaScript. */
export function asFetch(key, { method = "GET", path, body = null, headers = {} }) {
  const options = {
    ...(method === "GET" ? {} : { method }),
    headers: { Authorization: `Bearer ${key}`, ...headers },
  };
  if (body) options.body = body;
  return `const answer = await fetch(${JSON.stringify(location.origin + path)}, ${JSON.stringify(options, null, 2)});\nconsole.log(await answer.json());\n`;
}

/** Return a request as Python, with the package requests. JSON's strings are Python's too. */
export function asPython(key, { method = "GET", path, body = null, headers = {} }) {
  const all = Object.entries({ Authorization: `Bearer ${key}`, ...headers });
  return [
    "import requests",
    "",
    "response = requests.request(",
    `    ${JSON.stringify(method)},`,
    `    ${JSON.stringify(location.origin + path)},`,
    `    headers={${all.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(", ")}},`,
    ...(body ? [`    data=${JSON.stringify(body)}.encode(),`] : []),
    "    timeout=10,",
    ")",
    "print(response.status_code, response.text)",
    "",
  ].join("\n");
}

/** Return a request as a test with Playwright. */
export function asPlaywright(key, { method = "GET", path, body = null, headers = {} }, status) {
  const options = { method, headers: { Authorization: `Bearer ${key}`, ...headers }, ...(body && { data: body }) };
  const sent = `${JSON.stringify(location.origin + path)}, ${JSON.stringify(options, null, 2).replaceAll("\n", "\n  ")}`;
  return [
    'import { expect, test } from "@playwright/test";',
    "",
    `test(${JSON.stringify(`${method} ${path}`)}, async ({ request }) => {`,
    `  const response = await request.fetch(${sent});`,
    `  expect(response.status()).toBe(${status});`,
    "});",
    "",
  ].join("\n");
}

function quoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedAside(text); // a page that came over plain HTTP from another machine has no clipboard
  }
}

function copiedAside(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.style.setProperty("position", "fixed");
  field.style.setProperty("opacity", "0");
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
