"""A JSON file, to entries: one body, a list of bodies, JSON Lines, or whole answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from fla_batch.intake.json_bodies import entries_in, numbered
from fla_batch.intake.json_values import Found, values_in
from fla_batch.models import Entry
from fla_batch.tables.decoding import json_text, read_bytes
from fla_batch.tables.reader_findings import FILE, remark
from fla_batch.vocabulary.findings import Anomaly, Source


def read_json(path: Path, extras: Collection[str] = ()) -> Iterator[Entry | Anomaly]:
    """Every declaration of the file in its order, and what is wrong with the file itself."""
    content = read_bytes(path)
    if isinstance(content, Anomaly):
        yield content
        return
    text = json_text(content, Source(str(path)))
    del content  # a large file is held once, as text
    if isinstance(text, Anomaly):
        yield text
        return
    empty = True
    for found in values_in(text, str(path)):
        empty = False
        if isinstance(found, Found):
            for item in entries_in(found, str(path), extras):
                yield numbered(item) if isinstance(item, Entry) else item
        else:
            yield found
    if empty:
        yield remark("nothing-declared", FILE, Source(str(path)))
