"""A session of all operations with the client of openapi-python-client."""

import os

from statuspool_rest_api_client import AuthenticatedClient
from statuspool_rest_api_client.api.incidents import create_incident, list_incidents
from statuspool_rest_api_client.api.logs import list_monitor_logs
from statuspool_rest_api_client.api.monitors import (
    create_monitor,
    delete_monitor,
    get_monitor,
    list_monitors,
    update_monitor,
)
from statuspool_rest_api_client.api.status import get_monitor_status
from statuspool_rest_api_client.api.webhooks import create_webhook, list_webhooks
from statuspool_rest_api_client.models import (
    ErrorBody,
    ErrorCode,
    EventName,
    IncidentInput,
    Interval,
    MonitorChanges,
    MonitorInput,
    MonitorStatus,
    WebhookInput,
)

client = AuthenticatedClient(
    base_url=os.environ["STATUSPOOL_URL"], token=os.environ["STATUSPOOL_API_KEY"]
)
new = MonitorInput(name="Shop", url="https://perfect.test/", interval_seconds=Interval.VALUE_60)
monitor = create_monitor.sync(client=client, body=new)
assert monitor.status is MonitorStatus.UP, monitor
changed = update_monitor.sync(
    monitor.id, client=client, body=MonitorChanges(interval_seconds=Interval.VALUE_30)
)
assert changed.interval_seconds == Interval.VALUE_30, changed
assert get_monitor.sync(monitor.id, client=client).sla_30d.target > 99
assert list_monitors.sync(client=client, limit=5).results
assert get_monitor_status.sync(monitor.id, client=client).uptime_30d == 100
assert list_monitor_logs.sync(monitor.id, client=client).results
work = IncidentInput(monitor_id=monitor.id, title="Planned work")
incident = create_incident.sync(client=client, body=work)
assert list_incidents.sync(client=client, monitor_id=monitor.id).results[0].id == incident.id
hook = WebhookInput(
    url="http://127.0.0.1:9/", events=[EventName.STATUS_CHANGE], secret="whsec_example"
)
webhook = create_webhook.sync(client=client, body=hook)
assert webhook.verification_token, webhook
assert webhook.id in [one.id for one in list_webhooks.sync(client=client).results]
assert delete_monitor.sync_detailed(monitor.id, client=client).status_code == 204
missing = get_monitor.sync(monitor.id, client=client)
assert isinstance(missing, ErrorBody), missing
assert missing.error is ErrorCode.NOT_FOUND, missing
