/** The world's clock, reckoned on between two looks at it. */

export class Clock extends EventTarget {
  constructor(client, stream) {
    super();
    this._client = client;
    this._read = { now: 0, rate: 0, mode: "frozen" };
    this._readAt = performance.now();
    this._changes = 0;
    this._moving = 0;
    for (const kind of ["control", "reset", "restored", "rewound", "found"]) {
      stream.addEventListener(kind, () => this.refresh());
    }
    setInterval(() => this.rate && !stream.isLost && !document.hidden && this.refresh(), 10_000);
  }

  /** `frozen`, `live` or `scaled`. */
  get mode() {
    return this._read.mode;
  }

  /** How many seconds pass in the world for a real one. */
  get rate() {
    return this._read.rate;
  }

  /** The world's time, in milliseconds since 1970. */
  now() {
    return this._read.now + (performance.now() - this._readAt) * this._read.rate;
  }

  /** Whether time is being moved just now. */
  get isMoving() {
    return this._moving > 0;
  }

  async refresh() {
    const changes = this._changes;
    const read = await this._client.get("clock");
    if (changes === this._changes) this._take(read); // not from before a change
  }

  /** Freeze it, let it go, or scale it: `{mode}`, `{rate}`. */
  async set(change) {
    this._take(await this._client.put("clock", change));
    this._changes += 1;
  }

  /** Move time, `{by}`, `{to}` or `{to_next_event}`, and return what happened. */
  async advance(move) {
    const moved = await this._whileMoving(() => this._client.post("clock/advance", move));
    this._take(moved);
    this.dispatchEvent(new CustomEvent("moved", { detail: moved }));
    return moved;
  }

  async _whileMoving(act) {
    this._moving += 1;
    this.dispatchEvent(new Event("change"));
    try {
      return await act();
    } finally {
      this._changes += 1;
      this._moving -= 1;
      this.dispatchEvent(new Event("change"));
    }
  }

  _take({ now, rate, mode }) {
    this._read = { now: Date.parse(now), rate, mode };
    this._readAt = performance.now();
    this.dispatchEvent(new Event("change"));
  }
}
