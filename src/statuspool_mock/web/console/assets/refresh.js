/** When to ask anew for what is shown, and how to show it without taking anything from under the hand. */

let press = null;

addEventListener("pointerdown", () => (press ??= Promise.withResolvers()), true);
for (const kind of ["pointerup", "pointercancel", "dragend", "blur"]) {
  addEventListener(kind, () => setTimeout(letGo), true); // after the click
}

function letGo() {
  press?.resolve();
  press = null;
}

/** Resolve when nothing is pressed: what is replaced between press and release takes the click with it. */
export function released() {
  return press?.promise ?? Promise.resolve();
}

/** Put children in the place of others, once nothing is pressed; focus and scrolling stay as they were. */
export async function renew(place, ...children) {
  await released();
  const controls = () => [...place.querySelectorAll("a, button, input, select, [tabindex]")];
  const index = controls().indexOf(document.activeElement);
  const scrolled = place.querySelector(".scrolling")?.scrollLeft ?? 0;
  place.replaceChildren(...children.filter(Boolean));
  if (scrolled) place.querySelector(".scrolling")?.scrollTo({ left: scrolled });
  if (index >= 0) controls()[Math.min(index, controls().length - 1)]?.focus({ preventScroll: true });
}

/**
 * Return a function that shows what `ask` finds, but never what is older than what was shown: responses
 * may arrive in another order than they were asked for.
 */
export function inOrder(ask, show) {
  let asked = 0;
  let shown = 0;
  return async () => {
    const mine = ++asked;
    const found = await ask();
    if (mine < shown) return;
    shown = mine;
    await show(found);
  };
}

/** Call at intervals until the view is left. */
export function every(milliseconds, signal, act) {
  const timer = setInterval(act, milliseconds);
  signal.addEventListener("abort", () => clearInterval(timer));
}

/**
 * Return a function that acts at once, but rests after it: for so many milliseconds, and longer where the
 * server had to work long. What is wanted meanwhile is done once, after.
 */
export function restfully(milliseconds, act) {
  let isBusy = false;
  let isWanted = false;
  return async function again() {
    isWanted = isBusy;
    if (isBusy) return;
    isBusy = true;
    const began = performance.now();
    try {
      await act();
    } finally {
      setTimeout(
        () => {
          isBusy = false;
          if (isWanted) again();
        },
        Math.max(milliseconds, 3 * (performance.now() - began)),
      );
    }
  };
}

/**
 * Call `refresh` after what may have made the view old, and now and then while the world's clock runs:
 * checks that find nothing new are not told. It rests for so many milliseconds after each call.
 */
export function keepUp(app, signal, refresh, { restMs = 500 } = {}) {
  const again = restfully(restMs, refresh);
  let last = performance.now();
  app.stream.addEventListener("changed", again, { signal });
  every(1000, signal, () => {
    const { rate } = app.clock;
    const due = performance.now() - last > Math.max(3000, 30_000 / rate);
    if (rate === 0 || document.hidden || app.stream.isLost || !due) return;
    last = performance.now();
    again();
  });
}
