"""The shipped documents and scenarios, in the wheel or in the root of a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_ROOTS = (_PACKAGE / "_data", _PACKAGE.parent.parent)


def path(name: str) -> Path:
    """Return the path of a shipped file or folder such as `openapi/statuspool.yaml`.

    Raises `FileNotFoundError` if the installation does not have it.
    """
    for root in _ROOTS:
        candidate = root / name
        if candidate.exists():
            return candidate
    raise FileNotFoundError(f"{name} is missing from this installation of statuspool-mock.")
