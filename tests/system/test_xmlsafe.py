"""XML from outside: every kind of bad document has its stated outcome, and memory stays flat."""

from __future__ import annotations

import http.server
import subprocess
import sys
import threading
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fla_batch.system import xmlsafe
from fla_batch.system.xmlsafe import NotWellFormed, UnexpectedRoot, UnsafeXml, UnusableXml

GOOD = b"<?xml version='1.0' encoding='UTF-8'?><N><Form><A>1</A></Form><Form><A>2</A></Form></N>"
LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 9))


def read(document: bytes, **options: int) -> list[str | None]:
    found = xmlsafe.children(BytesIO(document), "Form", root="N", **options)
    return [element.findtext("{*}A") for element in found]


BAD = {
    "empty": (b"", NotWellFormed, "the document is empty"),
    "white space only": (b" \n ", NotWellFormed, "no root element"),
    "no XML": (b"Dear sir, madam,", NotWellFormed, "not well-formed: Start tag expected"),
    "a ZIP": (b"PK\x03\x04" + bytes(30), NotWellFormed, "not well-formed"),
    "truncated within a form": (GOOD[:-9], NotWellFormed, "not well-formed"),
    "truncated between forms": (GOOD[:-4], NotWellFormed, "not well-formed: Premature end"),
    "truncated in the prolog": (GOOD[:20], NotWellFormed, "no root element"),
    "text after the end": (GOOD + b"x", NotWellFormed, "not well-formed: Extra content"),
    "two documents": (GOOD + b"<N/>", NotWellFormed, "not well-formed: Extra content"),
    "NUL in a text": (GOOD.replace(b">1<", b">\0<"), NotWellFormed, "not well-formed"),
    "NUL at the end": (GOOD + b"\0", NotWellFormed, "not well-formed: Extra content"),
    "Latin-1 called UTF-8": (GOOD.replace(b">1<", b">\xe9<"), NotWellFormed, "Invalid bytes"),
    "UTF-8 called UTF-16": (GOOD.replace(b"UTF-8", b"UTF-16"), NotWellFormed, "not well-formed"),
    "unknown encoding": (GOOD.replace(b"UTF-8", b"X-BOGUS"), NotWellFormed, "X-BOGUS"),
    "control character": (GOOD.replace(b">1<", b">&#27;<"), NotWellFormed, "not well-formed"),
    "undeclared entity": (GOOD.replace(b">1<", b">&nbsp;<"), NotWellFormed, "not well-formed"),
    "wrong root": (b"<M/>", UnexpectedRoot, "the root is M, not N"),
    "DOCTYPE": (b"<!DOCTYPE N><N/>", UnsafeXml, "the document has a DOCTYPE"),
    "entity bomb": (
        b"<!DOCTYPE N [<!ENTITY l0 'ha'>" + LAUGHS + b"]><N>&l8;</N>",
        UnsafeXml,
        "DOCT",
    ),
    "external entity": (
        b"<!DOCTYPE N [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><N><Form><A>&e;</A></Form></N>",
        UnsafeXml,
        "the document has a DOCTYPE",
    ),
    "endless prolog": (b"<!--" + b"x" * 200_000 + b"--><N/>", UnsafeXml, "no root element within"),
    "deep nesting": (b"<N>" + b"<A>" * 100_000, NotWellFormed, "Excessive depth"),
    "huge text": (
        b"<N><Form><A>" + b"x" * 11_000_000 + b"</A></Form></N>",
        NotWellFormed,
        "Text node too long",
    ),
}


@pytest.mark.parametrize("defect", BAD)
def test_a_bad_document_is_refused_with_its_reason(defect: str) -> None:
    document, error, reason = BAD[defect]
    with pytest.raises(error) as caught:
        read(document)
    assert reason in str(caught.value)


@pytest.mark.parametrize("defect", sorted(BAD.keys() - {"wrong root"}))
def test_whole_documents_are_refused_alike(defect: str) -> None:
    document, error, _ = BAD[defect]
    with pytest.raises(error):
        xmlsafe.parse(document)


def test_a_gigabyte_label_is_refused_long_before_it_is_read() -> None:
    stream = Endless(b"<N><Form><A>", b"x" * 65536)
    with pytest.raises(NotWellFormed, match="Text node too long"):
        list(xmlsafe.children(stream, "Form", root="N"))
    assert stream.sent < 12_000_000


def test_a_document_beyond_the_cap_is_refused_at_the_cap() -> None:
    stream = Endless(b"<N>", b"<Form><A>1</A></Form>" * 3000)
    with pytest.raises(UnsafeXml, match="larger than 1000000 bytes"):
        list(xmlsafe.children(stream, "Form", root="N", max_bytes=1_000_000))
    assert stream.sent < 1_200_000
    assert read(GOOD, max_bytes=len(GOOD)) == ["1", "2"]


class Endless(BytesIO):
    """A stream that goes on for ever, and counts what it gave."""

    def __init__(self, head: bytes, body: bytes) -> None:
        super().__init__()
        self._next, self._body, self.sent = head, body, 0

    def read(self, _size: int | None = -1, /) -> bytes:
        chunk, self._next = self._next, self._body
        self.sent += len(chunk)
        return chunk


def test_forms_before_the_truncation_are_seen_but_the_end_raises() -> None:
    forms = xmlsafe.children(BytesIO(GOOD[:-4]), "Form", root="N")
    assert [next(forms).findtext("A"), next(forms).findtext("A")] == ["1", "2"]
    with pytest.raises(NotWellFormed):
        next(forms)


def test_a_form_that_is_held_stays_whole() -> None:
    """A notification is read by a thousand forms, and seldom needed zones later still."""
    forms = "".join(f"<Form><A><B>{n}</B></A></Form>{' ' * 900}" for n in range(500))
    found = list(xmlsafe.children(BytesIO(f"<N>{forms}</N>".encode()), "Form", root="N"))
    assert [form.findtext("A/B") for form in found] == list(map(str, range(500)))


def test_only_children_of_the_root_are_forms() -> None:
    nested = b"<N><Form><A>1</A><Data><Form><A>2</A></Form></Data></Form><Box><Form/></Box></N>"
    assert read(nested) == ["1"]


def test_a_root_with_the_label_of_its_children_is_no_child_of_itself() -> None:
    document = BytesIO(b"<Form><Form/><Form/></Form>")
    assert sum(1 for _ in xmlsafe.children(document, "Form", root="Form")) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_an_honest_encoding_is_read(encoding: str) -> None:
    name = encoding.removesuffix("-sig")
    text = f"<?xml version='1.0' encoding='{name}'?><N><Form><A>é</A></Form></N>"
    assert read(text.encode(encoding)) == ["é"]


def test_namespaces_comments_and_instructions_do_not_matter() -> None:
    document = b"<p:N xmlns:p='urn:x'><p:Form><p:A>1<!-- c -->2<?pi?>3</p:A></p:Form></p:N>"
    assert read(document) == ["123"]


def test_no_schema_location_or_entity_is_ever_fetched(tmp_path: Path) -> None:
    with counting_server() as (address, requests):
        document = (
            f"<N xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"
            f" xmlns:xi='http://www.w3.org/2001/XInclude'"
            f" xsi:noNamespaceSchemaLocation='{address}/a.xsd'>"
            f"<Form><A>1</A><xi:include href='{address}/b.xml'/></Form></N>"
        )
        assert read(document.encode()) == ["1"]
        with pytest.raises(UnsafeXml):
            read(f"<!DOCTYPE N SYSTEM '{address}/c.dtd'><N/>".encode())
        parameter = f"<!DOCTYPE N [<!ENTITY % p SYSTEM '{address}/d.dtd'> %p;]><N/>"
        with pytest.raises(UnsafeXml):
            xmlsafe.root_label(BytesIO(parameter.encode()))
    assert requests == []


class counting_server:  # noqa: N801 - used as a with statement
    """An HTTP server on loopback that notes what it is asked for."""

    def __enter__(self) -> tuple[str, list[str]]:
        requests: list[str] = []

        class Noting(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                requests.append(self.path)
                self.send_error(404)

            def log_message(self, *_: object) -> None:
                """Nothing: the list is the log."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Noting)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}", requests

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def test_reasons_hold_no_national_number_and_no_control_character() -> None:
    document = b"<N><Form><INSS81511716525></Form></N>"
    with pytest.raises(NotWellFormed) as caught:
        read(document)
    assert "81511716525" not in str(caught.value)
    assert "*********25" in str(caught.value)
    with pytest.raises(UnexpectedRoot) as wrong_root:
        read(b"<N_81511716525/>")
    assert "81511716525" not in str(wrong_root.value)


def test_reasons_are_short() -> None:
    with pytest.raises(UnexpectedRoot) as caught:
        read(b"<" + b"M" * 10_000 + b"/>")
    assert len(str(caught.value)) < 400


def test_the_root_is_known_from_the_beginning_alone(tmp_path: Path) -> None:
    file = tmp_path / "answer.xml"
    file.write_bytes(GOOD[:60])
    assert xmlsafe.root_label(file) == "N"
    assert xmlsafe.root_label(BytesIO(b"<p:ACRF xmlns:p='urn:x'>junk <")) == "ACRF"
    with pytest.raises(NotWellFormed):
        xmlsafe.root_label(BytesIO(b"junk"))


def test_a_root_may_start_in_a_later_chunk() -> None:
    late = b"<!--" + b"x" * (xmlsafe.CHUNK_BYTES - 5) + b"-->" + GOOD[GOOD.index(b"<N>") :]
    assert read(late) == ["1", "2"]


def test_a_file_that_is_not_there_is_the_callers_to_explain(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        xmlsafe.root_label(tmp_path / "absent.xml")


def test_text_of_an_element_stands_alone() -> None:
    root = xmlsafe.parse(b"<N xmlns:u='urn:u' xmlns:v='urn:v'><v:A>1</v:A>tail</N>")
    assert xmlsafe.to_text(root[0]) == '<v:A xmlns:v="urn:v">1</v:A>'


@settings(deadline=None)
@given(st.text())
def test_plain_text_can_always_be_shown_and_written(text: str) -> None:
    plain = xmlsafe.plain_text(text)
    assert len(plain) == len(text)
    assert plain.isprintable() or not any(ord(character) < 0x20 for character in plain)
    assert xmlsafe.plain_text(plain) == plain
    plain.encode()


@pytest.mark.parametrize(
    "character", ["\x00", "\x1b", "\x7f", "\x9b", "\u202e", "\u2066", "\u2028"]
)
def test_characters_that_move_a_terminal_are_replaced(character: str) -> None:
    assert xmlsafe.plain_text(f"a{character}b") == "a\N{REPLACEMENT CHARACTER}b"


@settings(deadline=None)
@given(st.binary())
def test_random_bytes_raise_nothing_but_unusable(document: bytes) -> None:
    with suppress(UnusableXml):
        read(document)


@settings(deadline=None)
@given(st.binary(max_size=40), st.integers(0, len(GOOD)), st.integers(0, 20))
def test_a_mutated_document_is_read_or_unusable(insert: bytes, at: int, cut: int) -> None:
    mutant = GOOD[:at] + insert + GOOD[at + cut :]
    with suppress(UnusableXml):
        read(mutant)
    with suppress(UnusableXml):
        xmlsafe.parse(mutant)


MEASURE = """
import resource, sys
from io import BytesIO
from fla_batch.system import xmlsafe

class Long(BytesIO):
    def __init__(self, chunks):
        self.chunks = iter([b"<N>", *[sys.argv[1].encode() * 500] * chunks, b"</N>", b""])

    def read(self, size=-1):
        return next(self.chunks)

def count(chunks):
    return sum(1 for _ in xmlsafe.children(Long(chunks), "Form", root="N"))

def peak_kib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

count(4)
early = peak_kib()
print(count(400), peak_kib() - early)
"""


@pytest.mark.parametrize(
    ("piece", "found"),
    [("<Form><A>some text</A><B>more</B></Form>", 200_000), ("<Junk><A>text</A></Junk>", 0)],
)
def test_memory_stays_flat_over_many_forms_and_over_junk(piece: str, found: int) -> None:
    command = [sys.executable, "-c", MEASURE, piece]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert int(printed[0]) == found
    assert int(printed[1]) < 30_000  # KiB; the documents as trees take more than ten times that


def test_the_smallest_documents_are_read() -> None:
    assert read(b"<N/>") == []
    assert xmlsafe.root_label(BytesIO(b"<N/>")) == "N"
    assert xmlsafe.label(xmlsafe.parse(b"<N/>")) == "N"
