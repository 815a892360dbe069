/** The view in the address: `#/world/4f2a…?tag=shop`. */

/** Return the route that the address names: a view, what follows it, and parameters. */
export function route() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [view, ...rest] = path.split("/").map(decodeURIComponent);
  return { view: view || "world", rest, query: new URLSearchParams(query) };
}

/** Return the address of a view, for a link. */
export function address(view, rest = [], query = {}) {
  const chosen = Object.entries(query).filter(([, value]) => value !== "" && value !== null);
  const tail = chosen.length ? `?${new URLSearchParams(chosen)}` : "";
  return `#/${[view, ...rest].map(encodeURIComponent).join("/")}${tail}`;
}

/** Go there; with `replace`, as if one had been there all along. */
export function go(to, { replace = false } = {}) {
  if (replace) {
    history.replaceState(null, "", to);
    dispatchEvent(new Event("hashchange"));
  } else {
    location.hash = to;
  }
}
