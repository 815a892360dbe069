"""An agent controls the mock through `statuspool-mock mcp`, by the SDK's own client."""

import os
import subprocess
import sys

import anyio
import httpx
import pytest
import yaml
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from statuspool_mock.server import RunningServer
from statuspool_mock.settings import Settings
from tests.mock_process import command

pytestmark = pytest.mark.process

DESTRUCTIVE = {"reset_sandbox", "close_sandbox", "remove_faults", "verify_server"}


class Agent:
    """Calls tools and returns their results as plain values."""

    def __init__(self, client):
        self.client = client

    async def __call__(self, tool, **arguments):
        result = await self.client.call_tool(tool, arguments)
        if result.is_error:
            raise RuntimeError(result.content[0].text)
        content = result.structured_content
        return content["result"] if content.keys() == {"result"} else content

    async def refusal(self, tool, **arguments):
        result = await self.client.call_tool(tool, arguments)
        assert result.is_error
        return result.content[0].text


def with_agent(*options, token=None):
    """Run a test, which is given an agent, beside a process of the command."""

    def decorate(test):
        def run():
            async def converse():
                environment = {"PATH": os.environ["PATH"], "STATUSPOOL_CONTROL_TOKEN": token or ""}
                process = StdioServerParameters(
                    command=sys.executable,
                    args=["-m", "statuspool_mock", "mcp", *options],
                    env=environment,
                )
                async with Client(process) as client:
                    await test(Agent(client))

            anyio.run(converse)

        return run

    return decorate


@with_agent()
async def test_an_agent_stages_an_outage_and_sees_what_the_client_asked(agent):
    opened = await agent("open_sandbox", sandbox="checkout")
    shop = await agent("create_monitor", name="Shop", sandbox="checkout")
    await agent("force_status", monitor="shop", status="down", lasting="10m", sandbox="checkout")
    advanced = await agent("advance_clock", by="5m", sandbox="checkout")
    assert advanced["complete"]

    headers = {"Authorization": f"Bearer {opened['api_key']}"}
    url = f"{opened['base_url']}/monitors/{shop['id']}/status"
    async with httpx.AsyncClient(headers=headers) as client:
        assert (await client.get(url)).json()["status"] == "down"
        await agent(
            "add_fault", operation="getMonitorStatus", status=500, times=1, sandbox="checkout"
        )
        assert (await client.get(url)).status_code == 500
        read_only = {"Authorization": f"Bearer {opened['read_only_key']}"}
        response = await client.delete(f"{opened['base_url']}/monitors/x", headers=read_only)
        assert response.status_code == 403

    rows = await agent("read_journal", operation="getMonitorStatus", sandbox="checkout")
    assert [row["status"] for row in rows] == [500, 200]
    exchange = await agent("read_exchange", number=rows[0]["number"], sandbox="checkout")
    assert exchange["faults"] == ["fault-1"]
    assert (await agent("read_coverage", sandbox="checkout"))["met"] >= 2
    assert (await agent("list_monitors"))["count"] == 0  # of another sandbox


@with_agent()
async def test_tools_say_what_they_may_do(agent):
    tools = (await agent.client.list_tools()).tools
    assert {one.name for one in tools if one.annotations.destructive_hint} == DESTRUCTIVE
    assert {one.name for one in tools if one.annotations.open_world_hint} == {"verify_server"}
    reads = {one.name for one in tools if one.annotations.read_only_hint}
    assert {"read_journal", "list_monitors", "explain_clause"} <= reads
    assert all(one.description for one in tools)


@with_agent()
async def test_wrong_arguments_are_explained(agent):
    assert "there are: none at all" in await agent.refusal(
        "force_status", monitor="Shop", status="down"
    )
    assert "Must be one of: default, docs" in await agent.refusal("reset_sandbox", scenario="x")
    assert "expected letters" in await agent.refusal("read_clock", sandbox="../x")
    assert "statuspool://clauses" in await agent.refusal("explain_clause", clause="nothing")
    assert "status" in await agent.refusal("force_status", monitor="Shop", status="broken")


@with_agent()
async def test_documents_and_clauses_are_resources(agent):
    found = {}
    for resource in (await agent.client.list_resources()).resources:
        found[resource.uri] = (await agent.client.read_resource(resource.uri)).contents[0].text
    assert "listMonitors" in str(yaml.safe_load(found["statuspool://openapi"])["paths"])
    assert "/faults" in yaml.safe_load(found["statuspool://control"])["paths"]
    names = [line.partition(":")[0] for line in found["statuspool://clauses"].splitlines()]
    assert len(names) > 500
    assert "promise" in await agent("explain_clause", clause=names[0])


@with_agent()
async def test_an_agent_verifies_a_server_and_gets_the_findings(agent):
    settings = Settings(port=0, rate_limit=None, mutants=("total-pages-counts-monitors",))
    with RunningServer(settings) as server:
        found = await agent(
            "verify_server", url=server.url, api_key="sp_test_agent", only=["pagination"]
        )
    assert found["count"] == len(found["findings"]) >= 1
    assert {"clause", "got", "expected", "curl"} <= found["findings"][0].keys()
    assert "sp_test_agent" not in str(found)
    assert "127.0.0.1:9" in await agent.refusal(
        "verify_server", url="http://127.0.0.1:9/v1", api_key="sp_test_agent"
    )


def test_a_running_server_is_controlled_with_its_token():
    with RunningServer(Settings(port=0, scenario="empty", control_token="s3cret-token")) as server:

        @with_agent("--url", server.url, token="s3cret-token")
        async def allowed(agent):
            await agent("create_monitor", name="Shop")
            assert (await agent("list_monitors"))["count"] == 1

        @with_agent("--url", server.url)
        async def refused(agent):
            text = await agent.refusal("list_monitors")
            assert "token" in text
            assert "s3cret" not in text

        allowed()
        refused()


def run(*options):
    return subprocess.run(
        command("mcp", *options), input="", capture_output=True, text=True, check=False
    )


def test_an_unknown_scenario_ends_it_in_one_line():
    done = run("--scenario", "nowhere")
    assert done.returncode == 2
    assert done.stderr.startswith("statuspool-mock mcp: scenario 'nowhere': is none of ")
    assert done.stderr.count("\n") == 1


def test_it_ends_when_the_client_is_gone():
    done = run()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
