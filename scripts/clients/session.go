// A session of all operations with the client of openapi-generator's go.
package main

import (
	"context"
	"os"
	"path"
	"net/url"

	statuspool "example.com/statuspool"
)

func check(holds bool, what string) {
	if !holds {
		panic(what)
	}
}

func must[T any](value T, _ any, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	base, err := url.Parse(os.Getenv("STATUSPOOL_URL"))
	check(err == nil && path.Base(base.Path) == "v1", "STATUSPOOL_URL")
	options := statuspool.NewConfiguration()
	options.Servers = statuspool.ServerConfigurations{{URL: base.String()}}
	client := statuspool.NewAPIClient(options)
	session := context.WithValue(context.Background(), statuspool.ContextAccessToken, os.Getenv("STATUSPOOL_API_KEY"))

	input := statuspool.NewMonitorInput("Shop", "https://perfect.test/", statuspool.Interval(60))
	made := must(client.MonitorsAPI.CreateMonitor(session).MonitorInput(*input).Execute())
	check(made.Status == statuspool.UP, "status")
	changes := statuspool.NewMonitorChanges()
	changes.SetIntervalSeconds(statuspool.Interval(30))
	changed := must(client.MonitorsAPI.UpdateMonitor(session, made.Id).MonitorChanges(*changes).Execute())
	check(changed.IntervalSeconds == 30, "interval")
	check(must(client.MonitorsAPI.GetMonitor(session, made.Id).Execute()).Sla30d.Target > 99, "target")
	check(len(must(client.MonitorsAPI.ListMonitors(session).Limit(5).Execute()).Results) > 0, "monitors")
	check(must(client.StatusAPI.GetMonitorStatus(session, made.Id).Execute()).Uptime30d == 100, "uptime")
	check(len(must(client.LogsAPI.ListMonitorLogs(session, made.Id).Execute()).Results) > 0, "checks")
	work := statuspool.NewIncidentInput(made.Id, "Planned work")
	incident := must(client.IncidentsAPI.CreateIncident(session).IncidentInput(*work).Execute())
	listed := must(client.IncidentsAPI.ListIncidents(session).MonitorId(made.Id).Execute())
	check(listed.Results[0].Id == incident.Id, "incident")
	hook := statuspool.NewWebhookInput("http://127.0.0.1:9/", []statuspool.EventName{statuspool.STATUS_CHANGE}, "whsec_example")
	webhook := must(client.WebhooksAPI.CreateWebhook(session).WebhookInput(*hook).Execute())
	check(webhook.VerificationToken != "", "token")
	check(len(must(client.WebhooksAPI.ListWebhooks(session).Execute()).Results) > 0, "webhooks")
	_, err = client.MonitorsAPI.DeleteMonitor(session, made.Id).Execute()
	check(err == nil, "delete")
	_, response, err := client.MonitorsAPI.GetMonitor(session, made.Id).Execute()
	check(err != nil && response.StatusCode == 404, "a deleted monitor")
	missing, is := err.(*statuspool.GenericOpenAPIError)
	check(is, "error")
	body, is := missing.Model().(statuspool.ErrorBody)
	check(is && body.Error == statuspool.NOT_FOUND, "code")
}
