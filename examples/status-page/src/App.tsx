import type { Api, Incident, Service } from "./api";
import { headline } from "./headline";
import { useBoard } from "./useBoard";

export function App({ api, pollSeconds }: { api: Api; pollSeconds: number }) {
  const { board, problem } = useBoard(api, pollSeconds);
  if (board === null) return <main>{problem ? <Problem text={problem} /> : <p role="status">Loading…</p>}</main>;
  const { mood, text } = headline(board.services);
  return (
    <main>
      <header className={mood}>
        <h1 role="status">{text}</h1>
      </header>
      {problem && <Problem text={problem} />}
      {board.incidents.length > 0 && <Incidents incidents={board.incidents} services={board.services} />}
      <ul aria-label="Services" className="services">
        {board.services.map((service) => (
          <Row key={service.monitor.id} {...service} />
        ))}
      </ul>
    </main>
  );
}

function Problem({ text }: { text: string }) {
  return (
    <p role="alert" className="problem">
      {text}
    </p>
  );
}

function Row({ monitor, uptime, responseTimeMs }: Service) {
  return (
    <li>
      <span className="name">{monitor.name}</span>
      <span className="figures">
        {uptime.toFixed(3)} % in 30 days{responseTimeMs !== null && ` · ${responseTimeMs} ms`}
      </span>
      <span className={`pill ${monitor.status}`}>{monitor.status}</span>
    </li>
  );
}

function Incidents({ incidents, services }: { incidents: Incident[]; services: Service[] }) {
  const names = new Map(services.map(({ monitor }) => [monitor.id, monitor.name]));
  return (
    <section aria-label="Open incidents" className="incidents">
      <h2>Open incidents</h2>
      <ul>
        {incidents.map((incident) => (
          <li key={incident.id}>
            <strong>{incident.title}</strong>
            <span>
              {names.get(incident.monitor_id) ?? "A paused service"} since{" "}
              <time dateTime={incident.started_at}>{new Date(incident.started_at).toLocaleString()}</time> in{" "}
              {incident.affected_regions.join(", ")}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
