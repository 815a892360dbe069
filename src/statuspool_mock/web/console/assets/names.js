/** Names of monitors by their id, asked for once. */

export class Names {
  constructor(app, signal) {
    this._app = app;
    this._signal = signal;
    this._known = new Map();
  }

  /** Ask for the names of these monitors, as far as they are not known. */
  async learn(ids) {
    const unknown = [...new Set(ids)].filter((id) => !this._known.has(id));
    await Promise.all(unknown.map((id) => this._ask(id)));
  }

  /** Return the name of a monitor, or its id if it was deleted. */
  of(id) {
    return this._known.get(id) ?? id;
  }

  async _ask(id) {
    const found = await this._app.client.get(`monitors/${id}`, { signal: this._signal }).catch((error) => {
      if (error.status !== 404) throw error;
      return { name: id };
    });
    this._known.set(id, found.name);
  }
}
