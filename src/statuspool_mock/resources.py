"""Where the shipped documents and scenarios lie: in the wheel, or in a checkout's root."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_ROOTS = (_PACKAGE / "_data", _PACKAGE.parent.parent)


def path(name: str) -> Path:
    """Return the path of a shipped file or folder such as `openapi/statuspool.yaml`.

    Raises `FileNotFoundError` where the installation lacks it.
    """
    for root in _ROOTS:
        candidate = root / name
        if candidate.exists():
            return candidate
    raise FileNotFoundError(f"{name} is missing from this installation of statuspool-mock.")
