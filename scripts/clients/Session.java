// A session of all operations with the client of openapi-generator's java, library native.
import java.net.URI;
import java.util.List;
import java.util.UUID;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.*;
import org.openapitools.client.model.*;

public class Session {
    private static void check(boolean holds, Object seen) {
        if (!holds) throw new AssertionError(seen);
    }

    public static void main(String[] arguments) throws Exception {
        ApiClient client = new ApiClient();
        client.updateBaseUri(System.getenv("STATUSPOOL_URL"));
        client.setRequestInterceptor(
            request -> request.header("Authorization", "Bearer " + System.getenv("STATUSPOOL_API_KEY")));
        MonitorsApi monitors = new MonitorsApi(client);
        IncidentsApi incidents = new IncidentsApi(client);
        WebhooksApi webhooks = new WebhooksApi(client);

        Monitor made = monitors.createMonitor(
            new MonitorInput().name("Shop").url(URI.create("https://perfect.test/")).intervalSeconds(Interval.NUMBER_60));
        check(made.getStatus() == MonitorStatus.UP, made);
        UUID id = made.getId();
        Monitor changed = monitors.updateMonitor(id, new MonitorChanges().intervalSeconds(Interval.NUMBER_30));
        check(changed.getIntervalSeconds() == Interval.NUMBER_30, changed);
        MonitorDetails details = monitors.getMonitor(id);
        check(details.getSla30d().getTarget().doubleValue() > 99, details);
        check(!monitors.listMonitors(1, 5, null).getResults().isEmpty(), "no monitors");
        check(new StatusApi(client).getMonitorStatus(id).getUptime30d().doubleValue() == 100, "uptime");
        check(!new LogsApi(client).listMonitorLogs(id, null, null, null, null).getResults().isEmpty(), "no checks");
        Incident incident = incidents.createIncident(new IncidentInput().monitorId(id).title("Planned work"));
        check(incidents.listIncidents(id, null).getResults().get(0).getId().equals(incident.getId()), incident);
        CreatedWebhook webhook = webhooks.createWebhook(new WebhookInput()
            .url(URI.create("http://127.0.0.1:9/")).events(List.of(EventName.STATUS_CHANGE)).secret("whsec_example"));
        check(webhooks.listWebhooks(null).getResults().stream().anyMatch(one -> one.getId().equals(webhook.getId())), webhook);
        monitors.deleteMonitor(id);
        try {
            monitors.getMonitor(id);
            throw new AssertionError("a deleted monitor");
        } catch (ApiException missing) {
            check(missing.getCode() == 404 && missing.getResponseBody().contains("NOT_FOUND"), missing);
        }
    }
}
