/** Break it: faults, outage scripts and mutants. */

import { element } from "../element.js";
import { grid } from "../elements/card.js";
import { inOrder, keepUp } from "../refresh.js";
import { Faults } from "./faults.js";
import { Mutants } from "./mutants.js";
import { Scripts } from "./scripts.js";

export default function open({ place, app, signal }) {
  const faults = new Faults(app, () => refresh());
  const scripts = new Scripts(app, () => refresh());
  const mutants = new Mutants(app, () => refresh());
  place.append(
    element("header", {}, element("h1", {}, "Break it")),
    grid(faults.controls(), faults.inForce(), scripts.offered(), scripts.played(), mutants.card()),
  );

  const ask = () =>
    Promise.all(["faults", "outage-scripts", "mutants"].map((path) => app.client.get(path, { signal })));
  const refresh = inOrder(ask, async ([{ results }, offered, gallery]) => {
    await faults.show(results, scripts.regionSwitch(offered.playing));
    await scripts.show(offered.results, offered.playing);
    await mutants.show(gallery);
  });

  keepUp(app, signal, refresh);
  return refresh;
}
