"""`statuspool-mock run`: a program, and the mock in the place of the vendor while it runs."""

import argparse
import asyncio
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from statuspool_mock import server
from statuspool_mock.commands.serve import CANNOT_START, settings_of
from statuspool_mock.interception import (
    VENDOR_HOST,
    Authority,
    CannotRun,
    InterceptingProxy,
    ProgramEnvironment,
    run_program,
    trusted,
)


def run(arguments: argparse.Namespace) -> int:
    """Run the program. Returns its exit code, or 2 where the mock cannot start."""
    if arguments.stray or not arguments.program:
        arguments.refuse("give the program after --: statuspool-mock run [options] -- COMMAND ...")
    settings = settings_of(arguments)
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s"
    )
    try:
        with (
            server.RunningServer(settings) as running,
            tempfile.TemporaryDirectory(prefix="statuspool-mock-") as folder,
        ):
            return asyncio.run(
                _run(
                    arguments.program,
                    running.address,
                    Path(folder),
                    allow_network=arguments.allow_network,
                )
            )
    except CANNOT_START as error:
        _tell(str(error))
        return 2
    except CannotRun as error:
        _tell(str(error))
        return error.code


async def _run(
    program: Sequence[str], address: server.Address, folder: Path, *, allow_network: bool
) -> int:
    authority = Authority.made_now()
    bundle = folder / "trusted.pem"
    bundle.write_bytes(trusted(authority.certificate, os.environ, allow_network=allow_network))
    async with InterceptingProxy(
        (address.host, address.port),
        tls=authority.server_context(VENDOR_HOST),
        allow_network=allow_network,
        tell=_told_once(),
    ) as proxy:
        surroundings = ProgramEnvironment(
            proxy_url=proxy.url,
            bundle=bundle,
            control_url=address.control_url,
            keys=address.keys,
            allow_network=allow_network,
        )
        return await run_program(program, surroundings.around(os.environ))


def _told_once() -> Callable[[str], None]:
    told: set[str] = set()

    def tell(line: str) -> None:
        if line not in told:
            told.add(line)
            _tell(line)

    return tell


def _tell(line: str) -> None:
    sys.stderr.write(f"statuspool-mock run: {line}\n")
    sys.stderr.flush()
