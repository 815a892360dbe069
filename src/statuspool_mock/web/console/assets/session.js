/** Which world the page shows, and what it needs to be let in. */

const DEMO = "sp_test_demo";
const TOKEN = "statuspool-mock control token";

/** Return the key in the page's address; the demo world's where there is none. */
export function openedKey() {
  return new URLSearchParams(location.search).get("key")?.trim() || DEMO;
}

/** Return the name of a key's world: `sp_test_shop.ro` opens `shop`. */
export function worldName(key) {
  return key.replace(/^sp_test_/, "").replace(/\.[a-z]+$/, "");
}

/** Leave for the world of another key, in the same view. */
export function openWorld(key) {
  const view = location.hash.split("/")[1] ?? "world";
  location.assign(`?${new URLSearchParams({ key })}#/${view}`);
}

/** The server's control token, for as long as the tab lives. It never stands in an address. */
export const token = {
  get: () => sessionStorage.getItem(TOKEN),
  set: (value) => sessionStorage.setItem(TOKEN, value),
};
