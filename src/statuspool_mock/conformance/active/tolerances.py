"""The document whose valid requests every server must accept, with examples that name `verify`."""

from statuspool_mock.contract import Document, rulings
from statuspool_mock.contract.readings import (
    Schema,
    bodies,
    definitions,
    edit,
    with_open_responses,
)

_NARROW = {"name": {"pattern": "^verify-[A-Za-z0-9]*$"}, **rulings.NARROW}


def narrow(document: Document) -> Document:
    """Return the document whose valid requests every server must accept."""
    raw = with_open_responses(document)
    for media in bodies(raw):
        schema = media["schema"]
        for example in media.get("examples", {}).values():
            _mark(example["value"])
        schema["additionalProperties"] = False  # a server may refuse fields that it does not know
        if "required" not in schema:
            schema["minProperties"] = 1
        edit(schema["properties"], _NARROW)
    for definition in definitions(raw):
        parameters = definition.get("parameters", ())
        edit({each["name"]: each["schema"] for each in parameters}, _NARROW)
    return Document(raw)


def _mark(example: Schema) -> None:
    """Mark an example as this run's, and have its webhook notify nobody."""
    if "name" in example:
        example["name"] = "verify-ProductionAPI"
    if "secret" in example:
        example["url"] = "https://hooks.example.com/statuspool"
