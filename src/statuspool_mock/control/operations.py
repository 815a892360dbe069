"""Which function carries out which operation of the control plane's document."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from statuspool_mock.control import (
    clock,
    events,
    faults,
    journal,
    monitors,
    sandboxes,
    screenplays,
    state,
    webhooks,
)
from statuspool_mock.control.visit import Visit

Function = Callable[[Visit], Awaitable[Any]]

OPERATIONS: Mapping[str, Function] = {
    "getClock": clock.get_clock,
    "setClock": clock.set_clock,
    "advanceClock": clock.advance_clock,
    "listWorldMonitors": monitors.list_world_monitors,
    "getWorldMonitor": monitors.get_world_monitor,
    "forceStatus": monitors.force_status,
    "releaseStatus": monitors.release_status,
    "pauseMonitor": monitors.pause_monitor,
    "resumeMonitor": monitors.resume_monitor,
    "addOutage": monitors.add_outage,
    "clearOutages": monitors.clear_outages,
    "listScreenplays": screenplays.list_screenplays,
    "getPlay": screenplays.get_play,
    "startPlay": screenplays.start_play,
    "stepPlay": screenplays.step_play,
    "stopPlay": screenplays.stop_play,
    "listFaults": faults.list_faults,
    "addFault": faults.add_fault,
    "removeFault": faults.remove_fault,
    "removeFaults": faults.remove_faults,
    "queryJournal": journal.query_journal,
    "countJournal": journal.count_journal,
    "getExchange": journal.get_exchange,
    "verifyJournal": journal.verify_journal,
    "exportHar": journal.export_har,
    "clearJournal": journal.clear_journal,
    "getCoverage": journal.get_coverage,
    "resetWorld": state.reset_world,
    "getSnapshot": state.get_snapshot,
    "restoreSnapshot": state.restore_snapshot,
    "listCheckpoints": state.list_checkpoints,
    "keepCheckpoint": state.keep_checkpoint,
    "rewindToCheckpoint": state.rewind_to_checkpoint,
    "deleteCheckpoint": state.delete_checkpoint,
    "exportCase": state.export_case,
    "listSandboxes": sandboxes.list_sandboxes,
    "deleteSandbox": sandboxes.delete_sandbox,
    "getHealth": sandboxes.get_health,
    "listWorldWebhooks": webhooks.list_world_webhooks,
    "triggerWebhooks": webhooks.trigger_webhooks,
    "listDeliveries": webhooks.list_deliveries,
    "getDelivery": webhooks.get_delivery,
    "redeliver": webhooks.redeliver,
    "redeliverFailed": webhooks.redeliver_failed,
    "streamEvents": events.stream_events,
}
