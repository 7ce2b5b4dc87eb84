"""The site of these pages: `sphinx-build -W docs site` (decision 1920).

`README.md` is its first page and its only table of contents: what one of its chapters links to
stands under that chapter, and a page that no chapter links to fails the build.
"""

from __future__ import annotations

import re

from sphinx.application import Sphinx

project = "fla_batch"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
root_doc = "README"
templates_path = ["_templates"]
nitpicky = True

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "fla_batch"
html_additional_pages = {"index": "to_first_page.html"}
html_copy_source = False
html_show_copyright = False
html_use_index = False

_LINK = re.compile(r"\]\(([\w/.-]+)\.md\)")
_TREE = "\n:::{{toctree}}\n:hidden:\n:caption: {}\n{}\n{}\n:::\n"


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", _with_contents)


def _with_contents(app: Sphinx, page: str, source: list[str]) -> None:
    """Adds to an index what stands beside every page of the site."""
    if page == app.config.root_doc:
        chapters = [chapter.partition("\n") for chapter in source[0].split("\n## ")[1:]]
        source[0] += "".join(
            _TREE.format(title, "", "\n".join(_LINK.findall(body))) for title, _, body in chapters
        )
    elif page == "decisions/README":
        source[0] += _TREE.format("Decisions", ":glob:", "[0-9]*")
