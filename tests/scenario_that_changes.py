"""A scenario file that tests write again with another monitor."""

SCENARIO = """
name: mine
title: A scenario that changes
monitors:
  - name: {name}
    url: https://perfect.test/
"""


def write(path, name):
    path.write_text(SCENARIO.format(name=name), "utf-8")


def written(folder):
    """Return the path of a scenario whose monitor is called `first`."""
    path = folder / "mine.yaml"
    write(path, "first")
    return path
