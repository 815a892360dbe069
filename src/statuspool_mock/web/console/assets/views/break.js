/** Break it: faults, outage scripts and mutants. */

import { element } from "../element.js";
import { grid } from "../elements/card.js";
import { keepUp } from "../refresh.js";
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

  async function refresh() {
    const [{ results }, offered, gallery, running] = await Promise.all([
      app.client.get("faults", { signal }),
      app.client.get("outage-scripts", { signal }),
      app.client.get("mutants", { signal }),
      app.client.get("play", { signal }).catch((error) => ignoreMissing(error)),
    ]);
    await faults.show(results, scripts.regionSwitch(running));
    await scripts.show(offered.results, running);
    await mutants.show(gallery);
  }

  keepUp(app, signal, refresh);
  return refresh;
}

function ignoreMissing(error) {
  if (error.status === 404) return null;
  throw error;
}
