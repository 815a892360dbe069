"""Documents that nobody should have to read: each is small, or can be, and asks for too much."""

MIB = 1 << 20
_CASE = b'{"kind": "statuspool-mock case", "version": 1, '
_ENTRY = b'{"log": {"entries": [{"request": '

JSON = {
    "nothing": b"",
    "nested arrays": b"[" * MIB,
    "nested arrays, closed": b"[" * 100_000 + b"]" * 100_000,
    "nested a little too deep": b"[" * 101 + b"]" * 101,
    "nested objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "nested results": b'{"results":' * 500 + b"1" + b"}" * 500,
    "empty arrays": b"[" + b"[]," * (3 * MIB) + b"[]]",
    "empty objects": b'{"kind": [' + b"{}," * (3 * MIB) + b"{}]}",
    "a long text": b'{"kind": "' + b"a" * (16 * MIB) + b'"}',
    "a file of 3 GB": None,
    "many keys": b"{" + b",".join(b'"key %d":1' % n for n in range(200_000)) + b"}",
    "a key of 8 MB": b'{"' + b"a" * (8 * MIB) + b'": {"b": 1}}',
    "a key given twice": b'{"kind": "statuspool-mock case", "kind": 1}',
    "NUL": b"\0" * 1000,
    "a NUL in a text": b'{"kind": "\\u0000"}',
    "a lone surrogate": b'{"kind": "\\ud800"}',
    "a lone surrogate in bytes": b'{"kind": "\xed\xa0\x80"}',
    "other bytes": bytes(range(256)),
    "cut off": b'{"kind": "statuspool-mock ca',
    "cut off in a surrogate": b'{"kind": "\\ud8',
    "an array": b"[]",
    "a text": b'"statuspool-mock case"',
    "null": b"null",
    "NaN": b"NaN",
    "a number of 10,000 digits": b"1" * 10_000,
    "an exponent": b'{"kind": "statuspool-mock case", "version": 1e999}',
    "results of a wrong type": b'{"results": 5}',
    "results of wrong types": b'{"results": [5, null, []]}',
    "an unhashable clause": b'{"results": [{"clause": [], "verdict": "finding"}]}',
    "an unhashable verdict": b'{"results": [{"clause": "a", "verdict": {}}]}',
    "a case without anything": _CASE + b'"rate_limit": null}',
    "a case of wrong types": _CASE + b'"rate_limit": 5, "state": [], "wall": {}, "exchanges": 7}',
    "entries of a wrong type": b'{"log": {"entries": 5}}',
    "an entry of a wrong type": b'{"log": {"entries": [5]}}',
    "an entry without anything": b'{"log": {"entries": [{}]}}',
    "an entry with nested arrays": _ENTRY + b"[" * MIB,
    "an entry of empty arrays": _ENTRY + b"[" + b"[]," * MIB + b"[]]}]}}",
    "an entry with a long name": _ENTRY + b'{"' + b"a" * MIB + b'": {"a": 1}}}]}}',
    "an entry of a wrong url": _ENTRY + b'{"url": {}, "method": 5}, "response": []}]}}',
}


def _bomb(first: str, link: str, levels: int) -> bytes:
    """Return anchors, each of which names the one before it several times."""
    lines = [f"a0: &a0 {first}"]
    lines += [link.format(n=n, before=n - 1) for n in range(1, levels)]
    return "\n".join(["name: bomb", "title: bomb", *lines]).encode()


_NINE = ", ".join(["*a{before}"] * 9)
_MONITOR = "- {name: Shop, url: 'https://shop.example/', "
_HEAD = b"name: a\ntitle: a\n"
YAML = {
    "nothing": b"",
    "a billion laughs": _bomb("[" + ", ".join("ha" * 9) + "]", f"a{{n}}: &a{{n}} [{_NINE}]", 12),
    "objects that repeat each other": _bomb(
        "{k: v}", "a{n}: &a{n} {{x: *a{before}, y: *a{before}, z: *a{before}}}", 30
    ),
    "merge keys that repeat each other": _bomb(
        "{k: v}", "a{n}: &a{n} {{<<: [*a{before}, *a{before}, *a{before}]}}", 30
    ),
    "a chain of merge keys": _bomb("{k: v}", "a{n}: &a{n} {{<<: *a{before}, k{n}: v}}", 20_000),
    "a chain of aliases": _bomb("[v]", "a{n}: &a{n} [*a{before}]", 20_000),
    "a text that is repeated": b"name: &t " + b"a" * MIB + b"\ntitle: [" + b"*t, " * 10_000 + b"]",
    "an alias of itself": b"name: &a [*a]",
    "a merge of itself": b"name: &a {<<: *a}",
    "an unknown alias": b"name: *nobody",
    "nested lists": b"[" * MIB,
    "nested lists, closed": b"[" * 10_000 + b"]" * 10_000,
    "nested blocks": b"- " * 50_000 + b"a",
    "nested objects": b"{a: " * 50_000,
    "empty lists": b"name: [" + b"[], " * 200_000 + b"]",
    "a file of 3 GB": None,
    "many keys": b"".join(b"key %d: 1\n" % n for n in range(20_000)),
    "a key given twice": b"name: a\nname: b\n",
    "an unhashable key": b"{[1]: 2}",
    "NUL": b"\0" * 1000,
    "a lone surrogate": b'name: "\\ud800"\ntitle: a\n',
    "a lone surrogate in bytes": b"name: \xed\xa0\x80",
    "cut off": b"name: a\ntitle: 'b",
    "a list": b"- a",
    "a text": b"text",
    "tags": b"!!python/object/apply:os.system [true]",
    "a binary": b"name: !!binary a",
    "a number of 10,000 digits": _HEAD + b"generate: {monitors: " + b"1" * 10_000 + b"}",
    "a long hexadecimal number": _HEAD + b"generate: {monitors: 0x" + b"f" * 100_000 + b"}",
    "sixty to the power of 10,000": _HEAD + b"history: 1" + b":1" * 10_000,
    "infinity": _HEAD + b"generate: {monitors: .inf}",
    "too many monitors": _HEAD + b"generate: {monitors: 100001}",
    "a long history": _HEAD + b"history: " + b"9" * 5_000 + b"d",
    "a long title": b"name: a\ntitle: " + b"a" * 100_000,
    "a long tag": _HEAD + f"monitors:\n{_MONITOR}tags: [{'a' * 100_000}]}}".encode(),
    "many tags": _HEAD + f"monitors:\n{_MONITOR}tags: [{'a, ' * 5_000}]}}".encode(),
    "many outages": _HEAD
    + f"monitors:\n{_MONITOR}outages: [{'{from: -2h, to: -1h}, ' * 10_001}]}}".encode(),
    "many keys of the API": _HEAD + b"keys:\n" + b"".join(b"- k%d\n" % n for n in range(2_000)),
}
