"""The server of the protocol: which tools and resources there are, and what they may do."""

import functools
import subprocess
from collections.abc import Callable
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations

from statuspool_mock import __version__, resources
from statuspool_mock.cli.mcp.judging import clause_list, explain_clause, verify_server
from statuspool_mock.cli.mcp.tools import SandboxControls, Tools
from statuspool_mock.client import ClientError

INSTRUCTIONS = """\
A mock of the Statuspool uptime-monitoring REST API. Open a sandbox to get a base URL and an API key
for the client under test. Its clock is frozen: force a status or play an outage script, then
advance the clock, and statuses, logs, incidents and webhooks follow. Faults break the API itself.
The journal shows what the client asked."""

_READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_CHANGES = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)
_DESTROYS = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=False)
_REACHES_OUT = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=True)


def build(sandboxes: SandboxControls) -> MCPServer[Any]:
    """Return a server whose tools control these sandboxes."""
    server: MCPServer[Any] = MCPServer(
        "statuspool-mock", version=__version__, instructions=INSTRUCTIONS, log_level="WARNING"
    )
    for tool, annotations in _tools(Tools(sandboxes)):
        server.tool(annotations=annotations)(_reporting(tool))
    _add_resources(server)
    return server


def _tools(tools: Tools) -> list[tuple[Callable[..., Any], ToolAnnotations]]:
    return [
        (tools.open_sandbox, _CHANGES),
        (tools.reset_sandbox, _DESTROYS),
        (tools.close_sandbox, _DESTROYS),
        (tools.read_clock, _READS),
        (tools.set_clock, _CHANGES),
        (tools.advance_clock, _CHANGES),
        (tools.list_monitors, _READS),
        (tools.create_monitor, _CHANGES),
        (tools.force_status, _CHANGES),
        (tools.release_status, _CHANGES),
        (tools.list_outage_scripts, _READS),
        (tools.play_outage_script, _CHANGES),
        (tools.list_faults, _READS),
        (tools.add_fault, _CHANGES),
        (tools.remove_faults, _DESTROYS),
        (tools.read_journal, _READS),
        (tools.read_exchange, _READS),
        (tools.read_coverage, _READS),
        (tools.list_deliveries, _READS),
        (tools.trigger_webhook, _CHANGES),
        (verify_server, _REACHES_OUT),
        (explain_clause, _READS),
    ]


def _reporting(tool: Callable[..., Any]) -> Callable[..., Any]:
    """Return a tool whose errors tell the agent what was wrong."""

    @functools.wraps(tool)
    def call(*arguments: Any, **named: Any) -> Any:
        try:
            return tool(*arguments, **named)
        except (ClientError, LookupError, ValueError, subprocess.TimeoutExpired) as error:
            raise ToolError(str(error)) from error

    return call


def _add_resources(server: MCPServer[Any]) -> None:
    _add_document(server, "openapi", "openapi/statuspool.yaml", "The API")
    _add_document(server, "control", "openapi/control.yaml", "The control plane")
    server.resource(
        "statuspool://clauses",
        name="clauses",
        description="What verify checks: the id of each clause and its promise.",
        mime_type="text/plain",
    )(clause_list)


def _add_document(server: MCPServer[Any], name: str, path: str, about: str) -> None:
    def text() -> str:
        return resources.path(path).read_text("utf-8")

    server.resource(
        f"statuspool://{name}",
        name=name,
        description=f"{about} as an OpenAPI document.",
        mime_type="application/yaml",
    )(text)
