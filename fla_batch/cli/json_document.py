"""A JSON document in pieces, so that a long list in it is never whole in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

Encode = Callable[[object], str]
"""One value as JSON, indented by two as `json.dumps(value, indent=2)` does."""


def json_pieces(document: object, encode: Encode) -> Iterator[str]:
    """The text that `encode(document)` would give, each value of a mapping by itself.

    An iterator among these values is written as a list, one element after the other: what stands
    behind it in the mapping may depend on what it gave.

    >>> import json
    >>> from functools import partial
    >>> encode = partial(json.dumps, indent=2)
    >>> text = "".join(json_pieces({"rows": iter([1, {"a": 2}]), "count": 2}, encode))
    >>> text == encode({"rows": [1, {"a": 2}], "count": 2})
    True
    """
    if not isinstance(document, Mapping) or not document:
        yield encode(document)
        return
    before = "{"
    for name, value in document.items():
        yield f"{before}\n  {encode(name)}: "
        if isinstance(value, Iterator):
            yield from _list(value, encode)
        else:
            yield _indented(encode(value), "  ")
        before = ","
    yield "\n}"


def _list(values: Iterator[object], encode: Encode) -> Iterator[str]:
    before = "["
    for value in values:
        yield f"{before}\n    {_indented(encode(value), '    ')}"
        before = ","
    yield "[]" if before == "[" else "\n  ]"


def _indented(text: str, by: str) -> str:
    # A line break within a text is written \n: those that are left are between values.
    return text.replace("\n", f"\n{by}")
