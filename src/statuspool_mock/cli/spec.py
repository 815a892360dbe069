"""`statuspool-mock spec`: the OpenAPI document on stdout."""

import click

from statuspool_mock.cli.command import Command, option
from statuspool_mock.cli.output import write


@click.command(cls=Command)
@option("--json", "as_json", is_flag=True, help="Print JSON instead of YAML.")
def spec(*, as_json: bool) -> None:
    """Print the API's OpenAPI document."""
    import json

    from statuspool_mock import contract, resources

    if as_json:
        write(json.dumps(contract.load().raw, indent=2, ensure_ascii=False) + "\n")
    else:
        write(resources.path("openapi/statuspool.yaml").read_text("utf-8"))
