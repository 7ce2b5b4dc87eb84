"""Forms as one table: what it holds is what a real XML parser reads, and it leaves what is odd."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from fla_batch.message.form_table import FormTable, NotForATable, Tags, form_table

NAMES = ("Form", "A", "B", "List", "Item")
TAGS = Tags({name: name for name in NAMES})
_texts = st.text(st.characters(codec="utf-8", exclude_characters="<>&\r\n\0", min_codepoint=0x20))


@st.composite
def trees(draw: st.DrawFn, depth: int = 0) -> str:
    """Elements in any arrangement, to four levels."""
    name = draw(st.sampled_from(NAMES[1:]))
    if depth == 3 or draw(st.booleans()):
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


def leaves(form: int, line: str) -> list[tuple[int, int, str | None]]:
    """(form, place, text) of every element without elements in it, by lxml."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return list(_leaves(form, (), etree.fromstring(line, parser)))


def _leaves(
    form: int, around: tuple[str, ...], element: etree._Element
) -> Iterator[tuple[int, int, str | None]]:
    path = (*around, str(element.tag))
    if not len(element):
        yield form, TAGS.place(path), element.text or None
    for child in element:
        yield from _leaves(form, path, child)


def read(table: FormTable) -> list[tuple[int, int, str | None]]:
    form = table.events["form"].gather(table.leaves["event"])
    return list(zip(form, table.leaves["place"], table.leaves["text"], strict=True))


@given(st.lists(forms, max_size=5))
def test_the_leaves_are_those_of_a_parser(lines: list[str]) -> None:
    table = form_table([line.encode() for line in lines], TAGS)
    assert table.odd.to_list() == []
    assert read(table) == [leaf for form, line in enumerate(lines) for leaf in leaves(form, line)]


@given(st.lists(forms | broken(), max_size=5))
def test_what_is_not_left_over_is_what_a_parser_reads(lines: list[str]) -> None:
    lines = [line for line in lines if "\n" not in line]
    table = form_table([line.encode() for line in lines], TAGS)
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
        and not (len(element) and element.text)
        and not element.tail
        for element in root.iter()
    )
    return plain and len(root) > 0 and root.tag == "Form" and again == line and "<![" not in line


@pytest.mark.parametrize(
    "line",
    [
        b"<Form><A>1</A></Form",
        b"<Form><A</A></Form>",
        b"<Form><A<>1</A></Form>",
        b"<Form><A>1</B></Form>",
        b"<Form><A>1</A></Form><Form><A>1</A></Form>",
        b"</Form><Form>",
        b"<Form>x</Form>",
        b"<Form><A>\xff</A></Form>",
        b"<Form><List><A>1</List></A></Form>",
        b"",
    ],
)
def test_a_broken_line_is_left_out_alone(line: bytes) -> None:
    good = b"<Form><A>1</A></Form>"
    table = form_table([good, line, good], TAGS)
    assert table.odd.to_list() == [1]
    assert [form for form, _, _ in read(table)] == [0, 2]


def test_instances_count_from_the_first() -> None:
    line = b"<Form><List><Item><A>1</A></Item><Item><A>2</A></Item></List></Form>"
    table = form_table([line, line], TAGS)
    items = table.instances(TAGS.place(("Form", "List", "Item"))).gather(table.leaves["event"])
    assert list(zip(items, table.leaves["text"], strict=True)) == [
        (0, "1"),
        (1, "2"),
        (2, "1"),
        (3, "2"),
    ]


def test_what_a_table_cannot_tell_is_said() -> None:
    with pytest.raises(NotForATable):
        TAGS.place(("Form",) * 9)
    with pytest.raises(NotForATable):
        _ = Tags({f"T{number}": "" for number in range(127)}).codes
