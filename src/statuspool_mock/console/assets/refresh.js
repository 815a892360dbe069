/** When to ask anew for what is shown. */

/** Call at intervals until the view is left. */
export function every(milliseconds, signal, act) {
  const timer = setInterval(act, milliseconds);
  signal.addEventListener("abort", () => clearInterval(timer));
}

/** Return a function that acts at once, but rests after it; what is wanted meanwhile is done once, after. */
export function restfully(milliseconds, act) {
  let resting = false;
  let wanted = false;
  return async function again() {
    wanted = true;
    if (resting) return;
    resting = true;
    wanted = false;
    setTimeout(() => {
      resting = false;
      if (wanted) again();
    }, milliseconds);
    await act();
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
