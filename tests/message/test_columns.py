"""Texts by whole columns: what is absent, fixed, nested and repeated."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

import polars as pl
import pytest

from fla_batch.message import load
from fla_batch.message.column_reader import ColumnReader
from fla_batch.message.column_writer import ColumnWriter
from fla_batch.message.form_table import Places, form_table
from fla_batch.message.pieces import EachPiece, FixedPiece, GroupPiece, ZonePiece, texts
from fla_batch.message.value_formats import FORMATS, Format
from fla_batch.models import Employer, TrainingsDeclaration
from fla_batch.models.column_values import Blocks, InnerBlocks
from fla_batch.vocabulary.terms import FormKind

A = ZonePiece("a", lambda value: f"<a>{value}</a>")
B = ZonePiece("b", lambda value: f"<b>{value}</b>")


def made(piece: GroupPiece | EachPiece | ZonePiece, **columns: list[object]) -> list[str | None]:
    return texts(piece, Blocks(pl.DataFrame(columns, strict=False))).to_list()


def test_a_zone_without_a_value_or_column_is_absent() -> None:
    assert made(A, a=[1, None, 1]) == ["<a>1</a>", None, "<a>1</a>"]
    assert made(A, a=[1, 2, None]) == ["<a>1</a>", "<a>2</a>", None]
    assert made(B, a=[1, 2]) == [None, None]


def test_a_block_is_absent_with_all_its_zones_unless_always() -> None:
    block = GroupPiece((A, B), "<x>", "</x>", ",")
    found = made(block, a=[1, None, None], b=[None, 2, None])
    assert found == ["<x><a>1</a></x>", "<x><b>2</b></x>", None]
    always = GroupPiece((A, B), "<x>", "</x>", always=True)
    assert made(always, a=[None, None], b=[None, 2]) == ["<x></x>", "<x><b>2</b></x>"]
    assert made(GroupPiece((A,), "<x>", "</x>"), c=[1]) == [None]
    assert made(GroupPiece((A,), "<x>", "</x>", always=True), c=[1, 2]) == ["<x></x>"] * 2


def test_a_fixed_text_is_there_with_the_zones_beside_it() -> None:
    block = GroupPiece((FixedPiece("f"), A), "<x>", "</x>")
    assert made(block, a=[None, 1]) == [None, "<x>f<a>1</a></x>"]
    assert made(GroupPiece((FixedPiece("f"), FixedPiece("g")), "(", ")", "-"), a=[1]) == ["(f-g)"]


def test_inner_blocks_stand_in_the_block_that_owns_them() -> None:
    item = GroupPiece((A,), "{", "}", always=True)
    each = EachPiece("inner", item, "[", "]", ",")
    inner = Blocks(pl.DataFrame({"a": [1, 2, 3]}))
    owners = InnerBlocks(pl.Series([0, 0, 2]), inner)
    blocks = Blocks(pl.DataFrame({"b": [1, 2, 3]}), {"inner": owners})
    assert texts(each, blocks).to_list() == ["[{<a>1</a>},{<a>2</a>}]", None, "[{<a>3</a>}]"]
    assert texts(EachPiece("others", item), blocks).to_list() == [None] * 3
    one_each = InnerBlocks(pl.Series([0, 1, 2]), inner)
    blocks = Blocks(pl.DataFrame({"b": [1, 2, 3]}), {"inner": one_each})
    assert texts(EachPiece("inner", item), blocks).to_list() == [
        f"{{<a>{n}</a>}}" for n in (1, 2, 3)
    ]


def test_a_list_of_values_is_written_by_all_its_values() -> None:
    many = ZonePiece("many", lambda values: "".join(f"<a>{value}</a>" for value in values))
    blocks = Blocks(pl.DataFrame({"many": [["1", "2"], None, ["1"], ["1", "2"]]}))
    written = ["<a>1</a><a>2</a>", None, "<a>1</a>", "<a>1</a><a>2</a>"]
    assert texts(many, blocks).to_list() == written


def test_only_what_is_special_is_written() -> None:
    asked: list[str] = []

    def write(value: str) -> str:
        asked.append(value)
        return escape(value)

    piece = ZonePiece("a", write, "<a>", "</a>", special="[&<>]")
    found = made(piece, a=["R&D", "plain", None, "R&D"])
    assert (found, asked) == (["<a>R&amp;D</a>", "<a>plain</a>", None, "<a>R&amp;D</a>"], ["R&D"])
    quoted = ZonePiece("a", repr, "a:", "", special="'", quoted=True)
    assert made(quoted, a=["x", "it's", None]) == ['a:"x"', 'a:"it\'s"', None]
    assert made(quoted, a=[1, -2, None]) == ["a:1", "a:-2", None]
    assert made(quoted, a=[date(999, 1, 2), None]) == ['a:"0999-01-02"', None]


@pytest.mark.parametrize("form", [form for form in FORMATS.values() if form.special])
def test_a_format_changes_nothing_without_its_special_signs(form: Format) -> None:
    values: dict[type, list[Any]] = {
        str: [chr(code) for code in range(0x3000) if not 0xD800 <= code < 0xE000],
        int: [0, 1, -50, 312_000],
        date: [date.min, date(2024, 2, 29), date.max],
    }
    for value in values[form.value]:
        text = pl.Series([value]).cast(pl.String)
        special = text.str.contains(form.special or "").item()
        assert special or form.write(value) == text.item()


def test_json_by_columns_escapes_as_json_does() -> None:
    writer = ColumnWriter(
        load("fla-20250131").declaration, FormKind.TRAININGS, TrainingsDeclaration
    )
    signs = [chr(code) for code in (*range(0x300), 0x2028, 0x1F600)]
    bodies = writer.bodies(Blocks(pl.DataFrame({"companyId": signs})))
    assert [json.loads(body)["employer"]["companyId"] for body in bodies] == signs
    expected = [
        TrainingsDeclaration(employer=Employer(company_id=sign)).to_json()["employer"]
        for sign in signs
    ]
    texts_of = [json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in expected]
    assert [body.partition(":")[2][:-1] for body in bodies] == texts_of


def test_the_separator_stands_between_those_that_are_there() -> None:
    always = ZonePiece("c", str)
    for pieces in ((A, B, always), (A, always, B), (always, A, B), (A, B)):
        block = GroupPiece(pieces, "(", ")", "-", always=True)
        found = made(block, a=[1, None, None], b=[2, 2, None], c=[3, 3, 3])
        there = [["a", "b", "c"], ["b", "c"], ["c"]]
        wanted = [
            "-".join(
                {"a": "<a>1</a>", "b": "<b>2</b>", "c": "3"}[piece.column]
                for piece in pieces
                if piece.column in names
            )
            for names in there
        ]
        assert found == [f"({text})" for text in wanted]


def test_lines_that_are_no_forms_are_left_over() -> None:
    profile = load("fla-20250131")
    places = Places(profile.declaration.tree.form)
    reader = ColumnReader(places, profile.identifications)
    for lines in ([b""], [b"", b"<Form/>", b"\xff", b"<Form><Trainings>"]):
        table = form_table(b"".join(line + b"\n" for line in lines), places)
        assert table.odd.to_list() == list(range(len(lines)))
        assert list(reader.read(table)) == []
