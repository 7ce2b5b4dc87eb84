"""What an XSD cannot say of a message: its bytes, and stamps that stand twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from fla_batch.message import MessageWriter, load
from fla_batch.message.message_format import format_faults
from fla_batch.message.templates import MessageFacts
from fla_batch.rules import RuleContext
from tests import builders as b
from tests.message.profiles import PROFILES
from tests.message.test_shapes import FOLDERS
from tests.validating import validated

CONTEXT = RuleContext(today=date(2026, 1, 1))


def written(folder: Path, name: str = "shipped", *, numbers: tuple[int, ...] = (1, 2, 3)) -> Path:
    profile = load(FOLDERS[name])
    shape = profile.declaration
    kind = next(kind for kind, each in profile.shapes.items() if each is shape)
    body = b.rights() if kind.value == "trainingRights" else b.trainings()
    forms = [b.form(body, number, profile.identifications[kind]) for number in numbers]
    path = folder / "FI.xml"
    path.write_bytes(
        b"".join(MessageWriter(shape, facts=MessageFacts(date(2025, 3, 1))).message(forms))
    )
    return path


@pytest.mark.parametrize("name", FOLDERS)
def test_same_creation_for_all_forms_is_not_valid(name: str, tmp_path: Path) -> None:
    """The case validate-same-creation-for-all-forms-said-valid.FI, in each profile."""
    shape = load(FOLDERS[name]).declaration
    assert format_faults(written(tmp_path, name), shape) == []
    faults = format_faults(written(tmp_path, name, numbers=(1, 2, 1, 1)), shape)
    assert [(each.kind, each.form, each.first) for each in faults] == [
        ("repeated-stamp", 3, 1),
        ("repeated-stamp", 4, 1),
    ]
    assert faults[0].line != faults[1].line


BYTES: dict[str, tuple[Callable[[str], bytes], list[str]]] = {
    "validate-BOM-said-valid.FI": (lambda text: b"\xef\xbb\xbf" + text.encode(), ["bom"]),
    "UTF-16 with BOM": (
        lambda text: text.replace("UTF-8", "UTF-16").encode("utf-16"),
        ["encoding"],
    ),
    "UTF-16 without BOM": (lambda text: text.encode("utf-16-le"), ["encoding"]),
    "Latin-1": (lambda text: text.replace("UTF-8", "ISO-8859-1").encode("latin-1"), ["encoding"]),
    "DOCTYPE": (lambda text: text.replace("?>\n", "?>\n<!DOCTYPE FLA>\n", 1).encode(), ["doctype"]),
    "single quotes": (lambda text: text.replace('"UTF-8"', "'utf-8'", 1).encode(), []),
}


@pytest.mark.parametrize("what", BYTES)
def test_bytes_that_are_not_a_message_of_ours(what: str, tmp_path: Path) -> None:
    path = written(tmp_path)
    change, kinds = BYTES[what]
    path.write_bytes(change(path.read_text(encoding="utf-8")))
    profile = load(PROFILES["shipped"])
    assert [each.kind for each in format_faults(path, profile.declaration)] == kinds
    anomalies = [each for each in validated(path, profile, CONTEXT).anomalies if each.blocks]
    assert bool(anomalies) is bool(kinds)
    for each in anomalies:
        # What no parser takes is said once, by the XSD's layer.
        assert each.error_id == "File-102"
        assert each.label.fr
        assert each.label.nl


def test_an_empty_file_has_no_format(tmp_path: Path) -> None:
    path = tmp_path / "FI.xml"
    path.write_bytes(b"")
    assert format_faults(path, load(PROFILES["shipped"]).declaration) == []
