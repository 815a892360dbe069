import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./statuspool";

type Schemas = components["schemas"];
export type Monitor = Schemas["Monitor"];
export type Incident = Schemas["Incident"];
export type Api = Client<paths>;

export interface Service {
  monitor: Monitor;
  uptime: number;
  responseTimeMs: number | null;
}

export interface Board {
  services: Service[];
  incidents: Incident[];
}

/** An error response, with `retryAfterSeconds` if the API sent Retry-After. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
  }
}

export function connect(baseUrl: string, key: string): Api {
  return createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${key}` } });
}

/** Read what the page shows: at most 100 services, each with its uptime, and the open incidents. */
export async function readBoard(api: Api, signal?: AbortSignal): Promise<Board> {
  const [listed, open] = await Promise.all([
    api.GET("/monitors", { params: { query: { limit: 100 } }, signal }),
    api.GET("/incidents", { params: { query: { resolved: false } }, signal }),
  ]);
  const monitors = dataOf(listed).results.filter(({ status }) => status !== "paused");
  const services = await Promise.all(
    monitors.map(async (monitor): Promise<Service> => {
      const path = { id: monitor.id };
      const status = dataOf(await api.GET("/monitors/{id}/status", { params: { path }, signal }));
      return { monitor, uptime: status.uptime_30d, responseTimeMs: status.response_time_ms };
    }),
  );
  return { services, incidents: dataOf(open).results };
}

type Result<T> = { data?: T; error?: Schemas["ErrorBody"]; response: Response };

function dataOf<T>({ data, error, response }: Result<T>): T {
  if (data !== undefined) return data;
  const retryAfter = response.headers.get("Retry-After");
  throw new ApiError(
    error?.message ?? `The API responded with ${response.status}`,
    retryAfter === null ? undefined : Number(retryAfter),
  );
}
