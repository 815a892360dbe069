// Errors of Node are recognised by their properties: in Jest they are of another realm, and no `Error`.

/** Return what an error says, with its cause. */
export function reasonOf(error: unknown): string {
  const message = textOf(error, "message");
  if (message === "") return String(error);
  const cause =
    typeof error === "object" && error !== null && "cause" in error ? error.cause : undefined;
  const because = textOf(cause, "message") || codeOf(cause);
  return because === "" ? message : `${message} (${because})`;
}

/** Return the code of an error of the system, such as `ENOENT`, or an empty string. */
export function codeOf(error: unknown): string {
  return textOf(error, "code");
}

/** Return whether an error says that a signal was aborted. */
export function isAbort(error: unknown): boolean {
  return textOf(error, "name") === "AbortError";
}

function textOf(value: unknown, property: string): string {
  if (typeof value !== "object" || value === null) return "";
  const found: unknown = Reflect.get(value, property);
  return typeof found === "string" ? found : "";
}
