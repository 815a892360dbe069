/** The views of the console, in the order of their keys 1, 2, 3, … */

export const VIEWS = [
  { name: "world", title: "World", load: () => import("./views/world.js") },
  { name: "time", title: "Time", load: () => import("./views/time.js") },
];
