/** Switch theme: as the system is, until somebody chooses. */

const CHOICE = "statuspool-mock theme";
const system = matchMedia("(prefers-color-scheme: dark)");

/** Take up what was chosen earlier. */
export function applyTheme() {
  const chosen = localStorage.getItem(CHOICE);
  if (chosen) document.documentElement.dataset.theme = chosen;
  else delete document.documentElement.dataset.theme;
}

/** Change to the other one. Choosing what the system is anyway means following it again. */
export function nextTheme() {
  const now = document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light");
  const next = now === "dark" ? "light" : "dark";
  if ((next === "dark") === system.matches) localStorage.removeItem(CHOICE);
  else localStorage.setItem(CHOICE, next);
  applyTheme();
}
