"""`statuspool-mock run`: a program, and the mock instead of the vendor's server while it runs."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from statuspool_mock.cli.command import Command, option
from statuspool_mock.cli.errors import CommandFailed
from statuspool_mock.cli.server_options import port_option, server_options, settings_from

if TYPE_CHECKING:
    from statuspool_mock.server import Address


class RunCommand(Command):
    """A command whose arguments after `--` are a program, with options that are not ours."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the program from after the first `--`, and nothing that stands before it."""
        end = args.index("--") if "--" in args else len(args)
        rest = super().parse_args(ctx, args[:end])
        program = tuple(args[end + 1 :])
        if not ctx.resilient_parsing and (ctx.params["program"] or not program):
            raise click.UsageError(
                "expected a program after --: statuspool-mock run [OPTIONS] -- PROGRAM",
                ctx,
            )
        ctx.params["program"] = program
        return rest


@click.command(cls=RunCommand)
@click.argument(
    "program",
    nargs=-1,
    type=click.UNPROCESSED,
    metavar="-- PROGRAM [ARGS]...",
    help="Program to run, with its own options.",
)
@port_option(0)
@option(
    "--allow-network",
    is_flag=True,
    help="Let the program reach other hosts too. They are refused otherwise.",
)
@server_options
def run(*, program: Sequence[str], allow_network: bool, **options: Any) -> int:
    """Run a program against the mock instead of the real API.

    The program may use https://api.statuspool.io/v1 as it stands in its code. The exit code is the
    program's, 128 + n if signal n ended it, or 127 if it is not found.
    """
    import asyncio
    import tempfile

    from statuspool_mock import server
    from statuspool_mock.cli.starting import CANNOT_START
    from statuspool_mock.interception import CannotRun
    from statuspool_mock.log_format import set_up_logging

    # Only a program on this machine can use it.
    settings = settings_from(host="127.0.0.1", **options)
    set_up_logging(settings.log_level, form=settings.log_format, access_log=settings.access_log)
    try:
        with (
            server.RunningServer(settings) as running,
            tempfile.TemporaryDirectory(prefix="statuspool-mock-") as folder,
        ):
            return asyncio.run(
                _run(program, running.address, Path(folder), allow_network=allow_network)
            )
    except CANNOT_START as error:
        raise CommandFailed(str(error)) from error
    except CannotRun as error:
        _report(str(error))
        return error.code


async def _run(
    program: Sequence[str], address: "Address", folder: Path, *, allow_network: bool
) -> int:
    import os

    from statuspool_mock.interception import (
        VENDOR_HOST,
        Authority,
        InterceptingProxy,
        ProgramEnvironment,
        run_program,
        trusted,
        write_runtime_files,
    )

    authority = Authority.made_now()
    bundle = folder / "trusted.pem"
    bundle.write_bytes(trusted(authority.certificate, os.environ, allow_network=allow_network))
    async with InterceptingProxy(
        (address.host, address.port),
        tls=authority.server_context(VENDOR_HOST),
        allow_network=allow_network,
        tell=_reporting_once(),
    ) as proxy:
        surroundings = ProgramEnvironment(
            proxy_url=proxy.url,
            vendor_port=proxy.vendor_port,
            bundle=bundle,
            files=write_runtime_files(folder, bundle),
            control_url=address.control_url,
            keys=address.keys,
            allow_network=allow_network,
        )
        return await run_program(program, surroundings.around(os.environ))


def _reporting_once() -> Callable[[str], None]:
    reported: set[str] = set()

    def report(line: str) -> None:
        if line not in reported:
            reported.add(line)
            _report(line)

    return report


def _report(line: str) -> None:
    sys.stderr.write(f"statuspool-mock run: {line}\n")
    sys.stderr.flush()
