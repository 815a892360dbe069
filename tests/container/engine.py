"""Builds and runs the image with Debian's tools, as root, without a container engine."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PROGRAMS = ("mmdebstrap", "buildah", "runc")
USER = 4747
IMAGE, BASE = "localhost/statuspool-mock", "localhost/python-base"
# What pip of this machine needs to find packages, where it is there.
_PIP_FILES = ("/etc/pip.conf", "/etc/xdg/pip", "/etc/ssl/certs")


class Engine:
    """Images and containers in a folder that is removed with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folders = ("--root", folder / "storage", "--runroot", folder / "run")
        self._buildah = ("buildah", "--storage-driver", "vfs", *folders)

    def make_base(self) -> None:
        """Make a base image with Python, of Debian's packages."""
        archive = self.folder / "base.tar"
        packages = "python3,python3-pip,python3-venv,ca-certificates"
        _run("mmdebstrap", "--variant=minbase", f"--include={packages}", "bookworm", archive)
        container = self.buildah("from", "scratch")
        self.buildah("add", "-q", container, archive, "/")
        self.buildah("run", "--isolation", "chroot", container, "--", "ln", "-s", "python3",
                     "/usr/bin/python")  # fmt: skip
        self.buildah("commit", "-q", "--rm", container, BASE)
        archive.unlink()

    def build(self) -> str:
        """Build the image from the Dockerfile; return what the build says."""
        volumes = [f"--volume={path}:{path}:ro" for path in _pip_files()]
        return self.buildah(
            *("bud", "--isolation", "chroot", "--format", "docker", f"--build-arg=BASE={BASE}"),
            *(*volumes, "--tag", IMAGE, ROOT),
        )

    def buildah(self, *arguments: object) -> str:
        """Run a command of buildah; return what it prints."""
        return _run(*self._buildah, *arguments)

    def config(self) -> dict[str, Any]:
        """Return the configuration of the image."""
        inspected = json.loads(self.buildah("inspect", "--type", "image", IMAGE))
        config: dict[str, Any] = inspected["Docker"]["config"]
        return config

    def file_system(self) -> str:
        """Return the folder with the image's files."""
        return self.buildah("mount", self.buildah("from", IMAGE))


@contextmanager
def running(
    engine: Engine, *arguments: str, data: Path, own_network: bool = False
) -> Iterator["Container"]:
    """Run the image until the block ends: read-only, without capabilities, as its own user.

    It shares this machine's network, unless it has one of its own with nothing but a loopback.
    """
    bundle = engine.folder / "bundle"
    bundle.mkdir(exist_ok=True)
    (bundle / "config.json").unlink(missing_ok=True)
    _run("runc", "spec", cwd=bundle)
    spec = json.loads((bundle / "config.json").read_text("utf-8"))
    _restrict(spec, engine, arguments, data)
    if not own_network:
        namespaces = spec["linux"]["namespaces"]
        namespaces[:] = [one for one in namespaces if one["type"] != "network"]
    (bundle / "config.json").write_text(json.dumps(spec), "utf-8")
    runc = ("runc", "--root", str(engine.folder / "runc"))
    with subprocess.Popen(
        [*runc, "run", "--bundle", bundle, "mock"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Container(process, runc)
        finally:
            if process.poll() is None:
                subprocess.run([*runc, "kill", "mock", "KILL"], check=False, capture_output=True)


class Container:
    """A running container."""

    def __init__(self, process: "subprocess.Popen[str]", runc: tuple[str, ...]) -> None:
        self.process = process
        self._runc = runc

    def execute(self, *arguments: str) -> int:
        """Run a program in the container; return its exit code."""
        command = [*self._runc, "exec", "mock", *arguments]
        return subprocess.run(command, check=False, capture_output=True).returncode

    def end(self) -> None:
        """Send SIGTERM, as engines do."""
        subprocess.run([*self._runc, "kill", "mock", "TERM"], check=True)


def _restrict(spec: dict[str, Any], engine: Engine, arguments: tuple[str, ...], data: Path) -> None:
    config, process = engine.config(), spec["process"]
    user, _, group = config["User"].partition(":")
    process |= {
        "terminal": False,
        "args": [*config["Entrypoint"], *arguments],
        "env": config["Env"],
        "cwd": config["WorkingDir"],
        "user": {"uid": int(user), "gid": int(group)},
        "capabilities": {key: [] for key in process["capabilities"]},
        "noNewPrivileges": True,
    }
    spec["root"] = {"path": engine.file_system(), "readonly": True}
    spec["mounts"] += [
        {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["size=16m"]},  # noqa: S108
        {"destination": "/data", "type": "bind", "source": str(data), "options": ["bind", "rw"]},
    ]


def _pip_files() -> Iterator[str]:
    """Yield the files that this machine's pip is configured by, and folders that it names."""
    found = [*_PIP_FILES]
    configured = subprocess.run(
        ["python3", "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    )
    for word in configured.stdout.replace("'", " ").split():
        path = word.removeprefix("file://")
        if path.startswith("/opt/"):
            found.append(path.removesuffix("/simple"))
    yield from (path for path in dict.fromkeys(found) if Path(path).exists())


def _run(*arguments: object, cwd: Path | None = None) -> str:
    done = subprocess.run(
        [str(argument) for argument in arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        umask=0o022,  # apt's own user reads what is made
    )
    assert done.returncode == 0, f"{arguments}: {done.stderr[-3000:]}"
    return done.stdout.strip()
