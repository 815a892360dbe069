"""Does what a GitHub runner does with a composite action, as far as ours goes.

Steps with `run` are executed by the bash that their shell stands for. Steps with `uses` are other
actions, which are not here: what they would be given is told, `provided` says what they put out.
"""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")
_BASH = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail")  # what `shell: bash` stands for


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a run of the action left: its log, its summary, and what its steps put out."""

    code: int
    log: str
    summary: str
    outputs: Mapping[str, str]
    used: Mapping[str, Mapping[str, str]]


@dataclass(slots=True, kw_only=True)
class Runner:
    """A job on a machine of its own, in a folder with nothing but this action."""

    folder: Path
    environment: Mapping[str, str]
    provided: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def run(self, action_file: Path, **inputs: str) -> Run:
        """Run the action's steps, those after a failure only where their `if` says so."""
        action = yaml.safe_load(action_file.read_text("utf-8"))
        given = _inputs(action, inputs)
        steps: dict[str, dict[str, str]] = {}
        used: dict[str, Mapping[str, str]] = {}
        log, code = [], 0
        for step in action["runs"]["steps"]:
            if not _wanted(step.get("if"), given, steps, failed=bool(code)):
                continue
            if "uses" in step:
                used[step["uses"]] = {
                    name: _filled(str(text), given, steps)
                    for name, text in step.get("with", {}).items()
                }
                steps[step.get("id", step["name"])] = dict(self.provided.get(step["uses"], {}))
                continue
            done, put_out = self._execute(step, given, steps, action_file.parent)
            log.append(done.stdout)
            code = code or done.returncode
            steps[step.get("id", step["name"])] = put_out
        outputs = {
            name: _filled(output["value"], given, steps)
            for name, output in action["outputs"].items()
        }
        summary = self.folder / "summary"
        return Run(
            code=code,
            log="".join(log),
            summary=summary.read_text("utf-8") if summary.exists() else "",
            outputs=outputs,
            used=used,
        )

    def _execute(
        self, step: Any, given: Mapping[str, str], steps: Any, action_path: Path
    ) -> tuple["subprocess.CompletedProcess[str]", dict[str, str]]:
        assert step["shell"] == "bash"
        temporary = self.folder / "temp"
        temporary.mkdir(exist_ok=True)
        script, output = temporary / "step.sh", temporary / "output"
        script.write_text(step["run"], "utf-8")
        output.write_text("")
        done = subprocess.run(
            [*_BASH, str(script)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
            cwd=self.folder,
            env={
                **self.environment,
                **{n: _filled(str(t), given, steps) for n, t in step.get("env", {}).items()},
                "GITHUB_ACTION_PATH": str(action_path),
                "GITHUB_OUTPUT": str(output),
                "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
                "RUNNER_TEMP": str(temporary),
            },
        )
        lines = output.read_text("utf-8").splitlines()
        return done, dict(line.split("=", 1) for line in lines)


def _inputs(action: Any, inputs: Mapping[str, str]) -> dict[str, str]:
    declared = action["inputs"]
    given = {name.replace("_", "-"): text for name, text in inputs.items()}
    unknown = given.keys() - declared.keys()
    assert not unknown, f"the action has no input {unknown}"
    missing = {n for n, i in declared.items() if i.get("required")} - given.keys()
    assert not missing, f"the action needs {missing}"
    return {name: given.get(name, spec.get("default", "")) for name, spec in declared.items()}


def _filled(text: str, given: Mapping[str, str], steps: Mapping[str, Mapping[str, str]]) -> str:
    return _EXPRESSION.sub(lambda match: _value(match[1], given, steps), text)


def _value(name: str, given: Mapping[str, str], steps: Mapping[str, Mapping[str, str]]) -> str:
    kind, _, rest = name.partition(".")
    if kind == "inputs":
        return given[rest]
    step, outputs, output = rest.split(".")
    assert (kind, outputs) == ("steps", "outputs"), f"this runner does not know {name}"
    return steps.get(step, {}).get(output, "")


def _wanted(condition: str | None, given: Any, steps: Any, *, failed: bool) -> bool:
    """Judge the conditions that our action uses: comparisons with a text, joined by &&."""
    if condition is None:
        return not failed
    (expression,) = _EXPRESSION.fullmatch(condition).groups()
    terms = expression.split(" && ")
    if "!cancelled()" in terms:
        terms.remove("!cancelled()")
    elif failed:
        return False
    return all(_compared(term, given, steps) for term in terms)


def _compared(term: str, given: Any, steps: Any) -> bool:
    name, operator, text = re.fullmatch(r"(\S+) (==|!=) '(.*)'", term).groups()
    return (_value(name, given, steps) == text) is (operator == "==")
