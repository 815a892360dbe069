import type { Service } from "./api";

export type Mood = "well" | "impaired" | "broken" | "unknown";

/** Summarise all services in one line. */
export function headline(services: Service[]): { mood: Mood; text: string } {
  if (services.length === 0) return { mood: "unknown", text: "No services yet" };
  const down = services.filter(({ monitor }) => monitor.status === "down").length;
  const degraded = services.filter(({ monitor }) => monitor.status === "degraded").length;
  if (down > services.length / 2) return { mood: "broken", text: "Major outage" };
  if (down > 0) return { mood: "broken", text: `Partial outage: ${down} of ${services.length} services are down` };
  if (degraded > 0) return { mood: "impaired", text: `${degraded} of ${services.length} services are degraded` };
  return { mood: "well", text: "All systems operational" };
}
