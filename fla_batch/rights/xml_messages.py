"""XML messages of the portal; what is wrong with one, in words of ours and with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.vocabulary.errors import InputUnreadable

if TYPE_CHECKING:
    from lxml.etree import _Element

_LINE = re.compile(r"line (\d+)")


def line_of(element: _Element) -> int:
    """The line of an element in its file, 0 when that is not known."""
    number: object = element.sourceline
    return number if isinstance(number, int) else 0


@contextmanager
def message_root(path: Path, known: tuple[str, str]) -> Iterator[str]:
    """The root of a message, which is one of the `known`; errors of reading as InputUnreadable."""
    from lxml import etree

    from fla_batch.system.xmlsafe import NotWellFormed, UnusableXml, root_label

    try:
        root = root_label(path)
        if root not in known:
            one, other = known
            why = f"{path.name} is a {root} message, not {one} or {other}."
            raise InputUnreadable(why, file=path.name, row=1)
        yield root
    except OSError as mistake:
        reason = mistake.strerror or type(mistake).__name__
        raise InputUnreadable(f"{path.name} cannot be read: {reason}", file=path.name) from mistake
    except (etree.XMLSyntaxError, NotWellFormed) as mistake:
        found = _LINE.search(str(mistake))
        row = int(found[1]) if found else 1
        raise InputUnreadable(
            f"{path.name} is empty, cut off or no XML (line {row}).", file=path.name, row=row
        ) from mistake
    except UnusableXml as mistake:
        raise InputUnreadable(f"{path.name}: {mistake}", file=path.name, row=1) from mistake
