"""Texts by whole columns: what is absent, fixed, nested and repeated."""

from __future__ import annotations

import polars as pl

from fla_batch.message import load
from fla_batch.message.column_reader import ColumnReader
from fla_batch.message.form_table import Places, form_table
from fla_batch.message.pieces import EachPiece, FixedPiece, GroupPiece, ZonePiece, texts
from fla_batch.models.column_values import Blocks, InnerBlocks

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


def test_lines_that_are_no_forms_are_left_over() -> None:
    profile = load("fla-20250131")
    places = Places(profile.declaration.tree.form)
    reader = ColumnReader(places, profile.identifications)
    for lines in ([b""], [b"", b"<Form/>", b"\xff", b"<Form><Trainings>"]):
        table = form_table(b"".join(line + b"\n" for line in lines), places)
        assert table.odd.to_list() == list(range(len(lines)))
        assert list(reader.read(table)) == []
