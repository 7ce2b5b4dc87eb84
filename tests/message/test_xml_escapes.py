"""Texts in XML: what Python's own library writes for them, and what a parser reads of it."""

from __future__ import annotations

from xml.sax import saxutils

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from fla_batch.message.xml_escapes import escape, quoteattr, unescape

TEXTS = st.text(
    st.sampled_from("ab é&<>\"';#10\t\n") | st.characters(codec="utf-8", min_codepoint=32)
)


@given(TEXTS)
def test_in_an_element_as_pythons_own_library(text: str) -> None:
    assert escape(text) == saxutils.escape(text)
    assert unescape(text) == saxutils.unescape(text)
    assert unescape(escape(text)) == text


@given(st.text(st.sampled_from("ab é&<>\"';#10\t\n\r")))
def test_in_an_attribute_a_parser_reads_it_back(text: str) -> None:
    assert etree.fromstring(f"<a b={quoteattr(text)}/>").get("b") == text
