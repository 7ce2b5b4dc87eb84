"""The yardstick of `poll`: lxml's iterparse over a NOTI, doing nothing with its forms."""

from __future__ import annotations

import sys

from lxml import etree


def main(path: str) -> None:
    """Reads every form and frees it."""
    for _, form in etree.iterparse(path, events=("end",), tag="Form"):
        form.clear()
        while form.getprevious() is not None:
            del form.getparent()[0]


if __name__ == "__main__":
    main(sys.argv[1])
