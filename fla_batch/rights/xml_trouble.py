"""What is wrong with an XML file of the portal, in words of ours and with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fla_batch.vocabulary.errors import InputUnreadable

_LINE = re.compile(r"line (\d+)")


@contextmanager
def xml_trouble(path: Path) -> Iterator[None]:
    """Errors of reading a message, as InputUnreadable."""
    from lxml import etree

    from fla_batch.system.xmlsafe import NotWellFormed, UnusableXml

    try:
        yield
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
