"""XML from outside: the one place that makes parsers for it and translates lxml's errors.

No entities, no network, no DTD; a DOCTYPE is refused before its first declaration is read; text
nodes end at libxml2's ten million characters and documents at `max_bytes`. What a message says
about its schema location is never followed: nothing here looks at it. Labels are compared
without their namespace, because the portal's messages have come with and without one.

Everything that is wrong with a document is an `UnusableXml`, whose text is the reason that a
quarantine can show: no whole national number, no control character.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from copy import deepcopy
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from lxml import etree

from fla_batch.vocabulary.errors import FlaBatchError
from fla_batch.vocabulary.identifiers import mask_text

if TYPE_CHECKING:
    from lxml.etree import ParserTarget, _Element

CHUNK_BYTES = 64 * 1024
PROLOG_BYTES = 64 * 1024
MAX_BYTES = 4 * 1024**3
"""Default cap of a document: a notification of a million forms is about two of these four GiB."""

_WHITE_SPACE = "\t\n\r"
_BIDIRECTIONAL = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_LINE_ENDS = "\u2028\u2029"
# Not in XML at all: halves of characters, and the two that are none.
_NO_CHARACTERS = [*range(0xD800, 0xE000), 0xFFFE, 0xFFFF]
_REPLACED = [
    *range(0x20),
    *range(0x7F, 0xA0),
    *map(ord, _BIDIRECTIONAL + _LINE_ENDS),
    *_NO_CHARACTERS,
]
_PLAIN = {
    **dict.fromkeys(_REPLACED, "\N{REPLACEMENT CHARACTER}"),
    **dict.fromkeys(map(ord, _WHITE_SPACE), " "),
}
_LONGEST_REASON = 300


class UnusableXml(FlaBatchError):
    """A document from outside cannot be used; `str()` of it is the reason for quarantine."""

    exit_code = 1
    hint = "The file is kept in quarantine; `fla-batch poll` goes on with the others."


class NotWellFormed(UnusableXml):
    """The document is empty, truncated, no XML, or not in the encoding that it claims."""


class UnsafeXml(UnusableXml):
    """The document has a DOCTYPE, or is larger than we read."""


class UnexpectedRoot(UnusableXml):
    """The document is XML, but not the message that was asked for."""


def plain_text(text: str) -> str:
    """`text` on one line, control and bidirectional characters replaced (9, S13).

    >>> plain_text("two\\nlines, \\x1b[31mred")
    'two lines, \ufffd[31mred'
    """
    # Nearly every text is printable throughout, which is ten times faster to see.
    return text if text.isprintable() else text.translate(_PLAIN)


def label(element: _Element) -> str:
    """The element's label without its namespace."""
    return local_name(element.tag)


@lru_cache(maxsize=1000)
def local_name(tag: str) -> str:
    """The label in a tag as lxml writes it.

    >>> local_name("{urn:x}Form"), local_name("Form")
    ('Form', 'Form')
    """
    return tag.rpartition("}")[2]


def to_text(element: _Element) -> str:
    """The element as XML text that stands alone, without what follows it.

    Namespaces that are declared around it and that it does not use are left out.
    """
    alone = deepcopy(element)
    alone.tail = None
    etree.cleanup_namespaces(alone)
    return etree.tostring(alone, encoding="unicode")


def root_label(source: Path | BinaryIO) -> str:
    """Label of the root element; no more is read than its start tag needs.

    Raises NotWellFormed, UnsafeXml; OSError when the file cannot be read.
    """
    return local_name(root_start(source)[0])


def root_start(source: Path | BinaryIO) -> tuple[str, dict[str, str]]:
    """Tag and attributes of the root element, as lxml writes them; errors as `root_label`."""
    with _opened(source) as stream:
        prolog, _ = _read_prolog(stream)
        return prolog.root, prolog.attributes


def parse(source: Path | BinaryIO | bytes) -> _Element:
    """The root element of a small document, in memory as a whole.

    Raises NotWellFormed, UnsafeXml; OSError when the file cannot be read.
    """
    with _opened(source) as stream:
        _, read = _read_prolog(stream)
        parser = etree.XMLParser(**_OPTIONS)
        with _translated():
            for chunk in _capped(read, stream):
                parser.feed(chunk)
            root: _Element = parser.close()
    return root


def children(
    source: Path | BinaryIO, child: str, *, root: str, max_bytes: int = MAX_BYTES
) -> Iterator[_Element]:
    """Each element `child` directly below the root `root`, whole, then freed: memory stays flat.

    `child` may be a path of labels, `Forms/Form`, for elements that stand in a wrapper.
    One that is held stays as it is, with nothing around it. The document is known to be whole
    only when the iterator has ended without an exception: commit nothing before that.
    Raises NotWellFormed, UnsafeXml, UnexpectedRoot; OSError when the file cannot be read.
    """
    with _opened(source) as stream:
        prolog, read = _read_prolog(stream)
        if local_name(prolog.root) != root:
            raise UnexpectedRoot(f"the root is {_reason(local_name(prolog.root))}, not {root}")
        *wrappers, wanted = child.split("/")
        around = [root, *wrappers]
        parser = etree.XMLPullParser(
            events=("start", "end"), tag=(prolog.root, f"{{*}}{wanted}"), **_OPTIONS
        )
        top: _Element | None = None
        for seen in _fed(parser, _capped(read, stream, max_bytes)):
            for event, element in seen:
                if top is None:
                    top = element
                if event == "end" and _stands_in(element, top, around):
                    yield element
            if top is not None:
                _free(top, len(wrappers))


def _stands_in(element: _Element, top: _Element, around: list[str]) -> bool:
    """True for an element below these labels, the first of which is that of the root `top`."""
    parent = element.getparent()
    for step in reversed(around[1:]):
        if parent is None or label(parent) != step:
            return False
        parent = parent.getparent()
    return parent is top


def _free(top: _Element, wrappers: int) -> None:
    """Let go of what was seen: the last element at each level may still be growing."""
    for _ in range(wrappers + 1):
        del top[:-1]
        if not len(top):
            return
        top = top[-1]


def descendants(source: Path | BinaryIO, labels: Collection[str]) -> Iterator[_Element]:
    """Each element with one of `labels`, wherever it stands, whole, then freed.

    None may stand within another. The rest as `children`.
    """
    with _opened(source) as stream:
        _, read = _read_prolog(stream)
        tags = tuple(f"{{*}}{wanted}" for wanted in labels)
        parser = etree.XMLPullParser(events=("end",), tag=tags, **_OPTIONS)
        for seen in _fed(parser, _capped(read, stream)):
            for _, element in seen:
                yield element
                element.clear()
                parent, before = element.getparent(), element.getprevious()
                while parent is not None and before is not None:
                    parent.remove(before)
                    before = element.getprevious()


_OPTIONS: Mapping[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "huge_tree": False,
    "recover": False,
    # A comment within a zone would cut its text in two.
    "remove_comments": True,
    "remove_pis": True,
}


def _fed(
    parser: etree.XMLPullParser, chunks: Iterable[bytes]
) -> Iterator[Iterator[tuple[str, _Element]]]:
    """What the parser sees in each chunk; an empty one is the end."""
    for chunk in chunks:
        with _translated():
            if chunk:
                parser.feed(chunk)
            else:
                parser.close()
        # Of elements: no other events are asked for.
        yield cast("Iterator[tuple[str, _Element]]", parser.read_events())


class _Prolog:
    """Parser target that notes the root's tag and refuses a DOCTYPE before it is read."""

    root = ""
    attributes: dict[str, str]

    def doctype(self, *_: object) -> None:
        raise UnsafeXml("the document has a DOCTYPE")

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if not self.root:
            self.root, self.attributes = tag, dict(attributes)

    def close(self) -> None:
        """Nothing is kept: the real parser reads the same bytes again."""


def _read_prolog(stream: BinaryIO) -> tuple[_Prolog, bytes]:
    """The root's start tag, and the bytes that were read to see it."""
    prolog, read = _Prolog(), b""
    parser = etree.XMLParser(target=cast("ParserTarget", prolog), **_OPTIONS)
    while not prolog.root:
        chunk = stream.read(CHUNK_BYTES)
        if not chunk:
            # The last few bytes are only looked at now.
            with suppress(etree.XMLSyntaxError):
                parser.close()
            break
        if len(read) + len(chunk) > PROLOG_BYTES + CHUNK_BYTES:
            raise UnsafeXml(f"no root element within {PROLOG_BYTES} bytes")
        read += chunk
        try:
            with _translated():
                parser.feed(chunk)
        except NotWellFormed:
            # What comes after the root's start tag is for the real parser to judge.
            if not prolog.root:
                raise
    if not prolog.root:
        raise NotWellFormed("no root element" if read else "the document is empty")
    return prolog, read


@contextmanager
def _opened(source: Path | BinaryIO | bytes) -> Iterator[BinaryIO]:
    if isinstance(source, Path):
        with source.open("rb") as stream:
            yield stream
    elif isinstance(source, bytes):
        yield BytesIO(source)
    else:
        yield source


def _capped(prolog: bytes, stream: BinaryIO, max_bytes: int = MAX_BYTES) -> Iterator[bytes]:
    """What was read and what is still to be read; an empty chunk at the end."""
    size = 0
    chunk = prolog
    while chunk:
        size += len(chunk)
        if size > max_bytes:
            raise UnsafeXml(f"the document is larger than {max_bytes} bytes")
        yield chunk
        chunk = stream.read(CHUNK_BYTES)
    yield b""


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except etree.XMLSyntaxError as error:
        raise NotWellFormed(f"not well-formed: {_reason(error.msg or '')}") from None


def _reason(text: str) -> str:
    """A library's text that may quote the document, fit for a log."""
    return mask_text(" ".join(plain_text(text).split()))[:_LONGEST_REASON]
