/** The views of the console, in the order of their keys 1, 2, 3, … */

export const VIEWS = [
  { name: "world", title: "World", load: () => import("./views/world.js") },
  { name: "time", title: "Time", load: () => import("./views/time.js") },
  { name: "webhooks", title: "Webhooks", load: () => import("./views/webhooks.js") },
  { name: "traffic", title: "Traffic", load: () => import("./views/traffic.js") },
  { name: "break", title: "Break it", load: () => import("./views/break.js") },
  { name: "state", title: "State", load: () => import("./views/state.js") },
];
