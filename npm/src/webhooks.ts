import { accepted, type ApiClient, type ControlClient } from "./calls.js";
import type { operations } from "./generated/control.js";
import type {
  CreatedWebhook,
  Delivery,
  EventName,
  FullDelivery,
  WebhookEvent,
  WebhookState,
} from "./types.js";

const MOST_DELIVERIES = 2000;
const EVENTS: EventName[] = ["status_change", "incident_created", "sla_breach"];

type Query = NonNullable<operations["listDeliveries"]["parameters"]["query"]>;

/** The webhooks of a sandbox and their deliveries. */
export class Webhooks {
  constructor(
    private readonly api: ApiClient,
    private readonly control: ControlClient,
    /** The URL of the mock's own receiver, which accepts every delivery. */
    readonly receiverUrl: string,
  ) {}

  /**
   * Register an endpoint through the API.
   *
   * @param endpoint - `url` is by default the mock's own receiver, `events` are by default all.
   */
  register(
    endpoint: { url?: string; events?: EventName[]; secret?: string } = {},
  ): Promise<CreatedWebhook> {
    const body = { url: this.receiverUrl, events: EVENTS, secret: "whsec_example", ...endpoint };
    return accepted(this.api.POST("/webhooks", { body }));
  }

  /** Return the endpoints, each with the number of messages that wait for it. */
  async all(): Promise<WebhookState[]> {
    return (await accepted(this.control.GET("/webhooks"))).results;
  }

  /** Send an endpoint no more events, and return it. What waits for it fails. */
  disable(id: string): Promise<WebhookState> {
    const params = { path: { id } };
    return accepted(this.control.POST("/webhooks/{id}/disable", { params }));
  }

  /** Send a disabled endpoint events again, and return it. */
  enable(id: string): Promise<WebhookState> {
    const params = { path: { id } };
    return accepted(this.control.POST("/webhooks/{id}/enable", { params }));
  }

  /** Remove an endpoint. What waits for it fails. */
  async delete(id: string): Promise<void> {
    await accepted(this.control.DELETE("/webhooks/{id}", { params: { path: { id } } }));
  }

  /** Send an event that did not happen to every subscribed endpoint, or to one. */
  trigger(
    event: EventName,
    about: { monitor_id?: string; webhook_id?: string } = {},
  ): Promise<{ message_id: string; webhooks: string[] }> {
    return accepted(this.control.POST("/webhooks/trigger", { body: { event, ...about } }));
  }

  /** Return deliveries, newest first, by `webhook_id`, `outcome` and `event`. */
  async deliveries(query: Query = {}): Promise<Delivery[]> {
    return (await accepted(this.control.GET("/deliveries", { params: { query } }))).results;
  }

  /** Return one delivery with its body and every attempt. */
  delivery(number: number): Promise<FullDelivery> {
    const params = { path: { number: String(number) } };
    return accepted(this.control.GET("/deliveries/{number}", { params }));
  }

  /** Return the bodies of the newest 2,000 deliveries that endpoints accepted, oldest first. */
  async received({ event }: { event?: EventName } = {}): Promise<WebhookEvent[]> {
    const query = { outcome: "delivered", limit: MOST_DELIVERIES } as const;
    const taken = await this.deliveries(event === undefined ? query : { ...query, event });
    const bodies: WebhookEvent[] = [];
    for (const { number } of taken.reverse()) {
      bodies.push(JSON.parse((await this.delivery(number)).body) as WebhookEvent);
    }
    return bodies;
  }

  /** Send one delivery again, or all that failed; return how many. */
  async redeliver(number?: number): Promise<number> {
    if (number === undefined) {
      return (await accepted(this.control.POST("/deliveries/redeliver"))).redelivered;
    }
    const params = { path: { number: String(number) } };
    return (await accepted(this.control.POST("/deliveries/{number}/redeliver", { params })))
      .redelivered;
  }
}
