"""Print the reference of one of our OpenAPI documents: `endpoints_page.py openapi/control.yaml`."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

_METHODS = ("get", "post", "put", "patch", "delete")
Json = Any


class Page:
    """The page of a document: its operations, then its objects."""

    def __init__(self, document: Json) -> None:
        self._document = document
        self._prefix = document["servers"][-1]["url"].removeprefix("http://127.0.0.1:4747")

    def text(self) -> str:
        """Return the whole page."""
        info = self._document["info"]
        parts = [f"# {info['title']}\n", info["description"]]
        for tag in self._document["tags"]:
            parts += [f"## {tag['name']}\n", f"{tag['description']}\n"]
            for path, item in self._document["paths"].items():
                for method in _METHODS:
                    if tag["name"] in item.get(method, {}).get("tags", ()):
                        shared = item.get("parameters", [])
                        parts += self._operation(method, path, item[method], shared)
        parts.append("## Objects\n")
        for name, schema in self._document["components"]["schemas"].items():
            parts += self._object(name, schema)
        return "\n".join(parts) + "\n"

    def _operation(self, method: str, path: str, operation: Json, shared: Json) -> Iterator[str]:
        yield f"### {operation['summary']} {{ #{operation['operationId']} }}\n"
        request = f"{method.upper()} {self._prefix}{path}"
        yield f"`{request}` · `{operation['operationId']}`{_source(operation)}\n"
        if "description" in operation:
            yield f"{_text(operation['description'])}\n"
        rows = []
        for parameter in map(self._resolved, [*shared, *operation.get("parameters", [])]):
            needed = ", required" if parameter.get("required") else ""
            where = f"{parameter['in']}{needed}"
            about = self._about(parameter, parameter["schema"])
            rows.append((f"`{parameter['name']}`", where, *about))
        yield _table(("parameter", "in", "type", "meaning", "source"), rows)
        if "requestBody" in operation:
            body = self._resolved(operation["requestBody"])
            for kind, content in body["content"].items():
                meaning = _text(body.get("description", ""))
                yield f"Body, {kind}: {self._type(content.get('schema', {}))}. {meaning}\n"
                yield from self._examples(content)
        yield from self._responses(operation["responses"])

    def _responses(self, responses: Json) -> Iterator[str]:
        rows, examples = [], []
        for status, response in responses.items():
            resolved = self._resolved(response)
            contents = list(resolved.get("content", {}).values())
            body = ", ".join(self._type(each.get("schema", {})) for each in contents) or "none"
            headers = ", ".join(f"`{name}`" for name in resolved.get("headers", {}))
            meaning = _text(resolved["description"])
            rows.append((status, body, headers, meaning, _source(resolved, "")))
            if status.startswith("2"):
                for content in contents:
                    examples += self._examples(content)
        yield _table(("response", "body", "headers", "meaning", "source"), rows)
        yield from examples

    def _object(self, name: str, schema: Json) -> Iterator[str]:
        yield f"### {name} {{ #{name.lower()} }}\n"
        yield f"{_text(schema.get('description', ''))}{_source(schema)}\n"
        properties, needed = self._properties(schema)
        if not properties:
            yield f"{self._type(schema)}\n"
        rows = [
            (f"`{field}`", "yes" if field in needed else "no", *self._about(part, part))
            for field, part in properties.items()
        ]
        yield _table(("field", "required", "type", "meaning", "source"), rows)

    def _about(self, described: Json, schema: Json) -> tuple[str, str, str]:
        resolved = self._resolved(described)
        meaning = described.get("description") or resolved.get("description", "")
        return self._type(schema), _text(meaning), _source(resolved, "")

    def _properties(self, schema: Json) -> tuple[dict[str, Json], set[str]]:
        """Return the fields of an object; those of the objects that it extends come first."""
        resolved = self._resolved(schema)
        fields: dict[str, Json] = {}
        needed: set[str] = set()
        for part in resolved.get("allOf", ()):
            more, required = self._properties(part)
            fields |= more
            needed |= required
        return fields | resolved.get("properties", {}), needed | set(resolved.get("required", ()))

    def _type(self, schema: Json) -> str:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return f"[{name}](#{name.lower()})"
        if schema.get("type") == "array":
            return f"array of {self._type(schema.get('items', {}))}{_limits(schema)}"
        for joined in ("oneOf", "anyOf", "allOf"):
            if joined in schema:
                link = " and " if joined == "allOf" else " or "
                return link.join(map(self._type, schema[joined]))
        if "enum" in schema:
            return ", ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
        kind = schema.get("type", "any")
        kind += f" ({schema['format']})" if "format" in schema else ""
        return f"{kind}{_limits(schema)}{' or null' if schema.get('nullable') else ''}"

    def _examples(self, content: Json) -> Iterator[str]:
        found = [self._resolved(e)["value"] for e in content.get("examples", {}).values()]
        found += [content["example"]] if "example" in content else []
        for example in found[:1]:
            text = json.dumps(example, indent=2, ensure_ascii=False, default=str)
            yield f"```json\n{text}\n```\n"

    def _resolved(self, node: Json) -> Json:
        while "$ref" in node:
            target = self._document
            for key in node["$ref"].removeprefix("#/").split("/"):
                target = target[key]
            node = target
        return node


def _limits(schema: Json) -> str:
    limits = []
    for name, unit in (("imum", ""), ("Length", " characters"), ("Items", " items")):
        least, most = schema.get(f"min{name}"), schema.get(f"max{name}")
        if least is not None and most is not None:
            limits.append(f"{least} to {most}{unit}")
        elif least is not None:
            limits.append(f"at least {least}{unit}")
        elif most is not None:
            limits.append(f"at most {most}{unit}")
    limits += [f"default `{json.dumps(schema['default'])}`"] if "default" in schema else []
    return f", {', '.join(limits)}" if limits else ""


def _source(node: Json, before: str = " · ") -> str:
    return f"{before}*{node['x-source']}*" if "x-source" in node else ""


def _text(text: str) -> str:
    return re.sub(r"<(?=[a-z])", "&lt;", " ".join(text.split()))


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a table, without columns that are empty in every row."""
    kept = [i for i in range(len(head)) if any(row[i] for row in rows)]
    if not rows:
        return ""
    lines = [[line[i] for i in kept] for line in (head, ("---",) * len(head), *rows)]
    cells = ([cell.replace("|", "\\|") for cell in line] for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in cells) + "\n"


def page(document_file: Path) -> str:
    """Return the page of a document."""
    return Page(yaml.safe_load(document_file.read_text("utf-8"))).text()


if __name__ == "__main__":
    sys.stdout.buffer.write(page(Path(sys.argv[1])).encode())
