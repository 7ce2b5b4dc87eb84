"""Forms as one table: what it holds is what a real XML parser reads, and it leaves what is odd."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from fla_batch.message.form_table import FormPlace, FormTable, Places, form_table
from fla_batch.message.form_tree import Element

NAMES = ("Form", "A", "B", "List", "Item")
DEEPEST = 4


def element(name: str, depth: int = 0) -> Element:
    """One that may hold any of the others, four levels deep: places with the same tags abound."""
    inner = NAMES[1:] if depth < DEEPEST else ()
    children = tuple(element(each, depth + 1) for each in inner)
    return Element(name, "", name, f"<{name}", f"</{name}>", children=children)


PLACES = Places(element("Form"))
_texts = st.text(
    st.characters(codec="utf-8", exclude_characters="<>&\r\n\0", min_codepoint=0x20), min_size=1
)


@st.composite
def trees(draw: st.DrawFn, depth: int = 0) -> str:
    """Elements in any arrangement, to four levels."""
    name = draw(st.sampled_from(NAMES[1:]))
    if depth == DEEPEST - 1 or draw(st.booleans()):
        return f"<{name}>{draw(_texts)}</{name}>"
    inner = draw(st.lists(trees(depth=depth + 1), min_size=1, max_size=3))
    return f"<{name}>{''.join(inner)}</{name}>"


forms = st.lists(trees(), min_size=1, max_size=4).map(
    lambda parts: f"<Form>{''.join(parts)}</Form>"
)
_breaks = st.sampled_from(
    [
        "<",
        ">",
        "</A>",
        "<A>",
        "<!-- x -->",
        "<![CDATA[a]]>",
        "<?pi?>",
        "\r",
        "<C/>",
        "text",
        "<A b='1'>",
    ]
)


@st.composite
def broken(draw: st.DrawFn) -> str:
    """A form with something in it that is not plain, or is not XML."""
    form, extra = draw(forms), draw(_breaks)
    place = draw(st.integers(0, len(form)))
    return form[:place] + extra + form[place:]


def leaves(form: int, line: str) -> list[tuple[int, int, str]]:
    """(form, place, text) of every element without elements in it, by lxml."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return list(_leaves(form, (), etree.fromstring(line, parser)))


def _leaves(
    form: int, around: tuple[str, ...], element: etree._Element
) -> Iterator[tuple[int, int, str]]:
    path = (*around, str(element.tag))
    if not len(element):
        yield form, place(path).number, element.text or ""
    for child in element:
        yield from _leaves(form, path, child)


def place(path: Sequence[str]) -> FormPlace:
    here = PLACES.outside
    for tag in path:
        here = here.inner[tag]
    return here


def made(lines: Iterable[bytes]) -> FormTable:
    return form_table(b"".join(line + b"\n" for line in lines), PLACES)


def read(table: FormTable) -> list[tuple[int, int, str]]:
    places = table.per_row(lambda step: step.place)
    every = zip(table.forms, places, table.texts, strict=True)
    return [(form, place, text) for form, place, text in every if place]


@given(st.lists(forms, max_size=5))
def test_the_leaves_are_those_of_a_parser(lines: list[str]) -> None:
    table = made(line.encode() for line in lines)
    assert table.odd.to_list() == []
    assert read(table) == [leaf for form, line in enumerate(lines) for leaf in leaves(form, line)]


@given(st.lists(forms | broken(), max_size=5))
def test_what_is_not_left_over_is_what_a_parser_reads(lines: list[str]) -> None:
    lines = [line for line in lines if "\n" not in line]
    table = made(line.encode() for line in lines)
    odd = set(table.odd)
    kept = [(form, line) for form, line in enumerate(lines) if form not in odd]
    assert read(table) == [leaf for form, line in kept for leaf in leaves(form, line)]
    for form in odd:
        assert not _is_plain(lines[form])


def _is_plain(line: str) -> bool:
    """A form as the table takes it; stated apart from it, by lxml."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, strip_cdata=False
    )
    try:
        root = etree.fromstring(line, parser)
    except etree.XMLSyntaxError:
        return False
    again = etree.tostring(root, encoding="unicode")
    plain = all(
        element.tag in NAMES
        and not element.attrib
        and bool(len(element)) is not bool(element.text)
        and not element.tail
        for element in root.iter()
    )
    return plain and root.tag == "Form" and again == line and "<![" not in line


@pytest.mark.parametrize(
    "line",
    [b"<<Form><A>1</A></Form>", b"<Form<A>1</A></Form>", b"<Form>>1</Form>", b"<Form>a>b>c<A>"],
)
def test_the_first_line_may_be_the_broken_one(line: bytes) -> None:
    good = b"<Form><A>1</A></Form>"
    table = made([line, good])
    assert table.odd.to_list() == [0]
    assert read(table) == [(1, place(("Form", "A")).number, "1")]


@pytest.mark.parametrize(
    "line",
    [
        b"<Form><A>1</A></Form",
        b"<Form><A</A></Form>",
        b"<Form><A<>1</A></Form>",
        b"<Form><A>1</B></Form>",
        b"<Form><A>1</A></Form><Form><A>1</A></Form>",
        b"</Form><Form>",
        b"<Form><A>\xff</A></Form>",
        b"<Form><List><A>1</List></A></Form>",
        b"",
    ],
)
def test_a_broken_line_is_left_out_alone(line: bytes) -> None:
    good = b"<Form><A>1</A></Form>"
    table = made([good, line, good])
    assert table.odd.to_list() == [1]
    assert [form for form, _, _ in read(table)] == [0, 2]


def test_instances_count_from_the_first() -> None:
    line = b"<Form><List><Item><A>1</A></Item><Item><A>2</A></Item></List></Form>"
    table = made([line, line])
    items = table.instances(place(("Form", "List", "Item")).number)
    found = zip(items, table.texts, strict=True)
    assert [(item, text) for item, text in found if text != "\n"] == [
        (0, "1"),
        (1, "2"),
        (2, "1"),
        (3, "2"),
    ]
