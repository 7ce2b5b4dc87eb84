"""The pages as a site: built without a network, every link leading somewhere, nothing from outside.

Sphinx counts every link and anchor that leads nowhere, and every page that no index names, as an
error (`docs/conf.py`, decision 1920).
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
_WITHOUT_NETWORK = """
import socket, sys
def no(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise OSError(f"the site is built without a network: {event} {arguments}")
sys.addaudithook(no)
from sphinx.cmd.build import main
sys.exit(main(sys.argv[1:]))
"""
# What a browser would fetch by itself; a link that a reader may follow is not such a thing.
_FETCHED = re.compile(
    r"""<(?:script|img|link|iframe|source)\b[^>]*?(?:src|href)=["'](?:https?:)?//[^"']*"""
    r"""|url\(["']?(?:https?:)?//[^)]*|@import [^;]*//[^;]*"""
)

_MARK = re.compile(r"^(?:[-*] |\d+\. |\||```|#+ )", re.MULTILINE)


def built(docs: Path, site: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _WITHOUT_NETWORK, "-W", "--keep-going", "-q"]
    return subprocess.run(
        [*command, "-d", str(site) + "-trees", str(docs), str(site)],
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "site"
    done = built(DOCS, folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_is_there(site: Path) -> None:
    pages = {path.relative_to(DOCS).with_suffix(".html") for path in DOCS.rglob("*.md")}
    assert {path for path in pages if not (site / path).is_file()} == set()
    assert "README.html" in (site / "index.html").read_text(encoding="utf-8")


def test_save_your_data_comes_first(site: Path) -> None:
    beside = (site / "README.html").read_text(encoding="utf-8").partition("sidebar-tree")[2]
    first = re.search(r'class="reference internal" href="([^"]+)"', beside)
    assert first is not None
    assert first[1] == "guides/save-your-data.html"


def test_nothing_comes_from_outside(site: Path) -> None:
    texts = [*site.rglob("*.html"), *site.rglob("*.css")]
    fetched = {path.name: _FETCHED.findall(path.read_text(encoding="utf-8")) for path in texts}
    assert {name: found for name, found in fetched.items() if found} == {}


def test_what_would_come_from_outside_is_seen() -> None:
    assert _FETCHED.search('<script defer src="https://cdn.example.org/x.js">')
    assert _FETCHED.search("@font-face { src: url(//fonts.example.org/a.woff2) }")
    assert not _FETCHED.search('<a href="https://www.example.org/">')


def test_its_search_works_without_a_server(site: Path) -> None:
    """Beside a page that is opened from the disk no browser fetches anything but scripts."""
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    assert index.startswith("Search.setIndex(")
    assert "quarantin" in index
    assert "searchindex.js" in (site / "search.html").read_text(encoding="utf-8")


def test_no_mark_of_markdown_is_left(site: Path) -> None:
    """What GitHub shows as a list, table or block of code is one here."""
    left = {}
    for path in site.rglob("*.html"):
        paragraphs = re.findall(
            r"(?<!<td>)<p>(.*?)</p>", path.read_text(encoding="utf-8"), re.DOTALL
        )
        found = [text for text in paragraphs if _MARK.search(text)]
        if found:
            left[path.name] = found
    assert left == {}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("[gone](guides/gone.md)", "gone"),
        ("[no such place](guides/one.md#nowhere)", "nowhere"),
        ("", "isn't included in any toctree"),
    ],
)
def test_a_fault_stops_the_build(tmp_path: Path, changed: str, said: str) -> None:
    docs = tmp_path / "docs"
    (docs / "guides").mkdir(parents=True)
    shutil.copy(DOCS / "conf.py", docs)
    shutil.copytree(DOCS / "_templates", docs / "_templates")
    (docs / "guides" / "one.md").write_text("# One\n\n## Somewhere\n", encoding="utf-8")
    sound = "# All\n\n## Guides\n\n- [one](guides/one.md), [where](guides/one.md#somewhere)\n"
    index = f"{sound}- {changed}\n" if changed else "# All\n"
    (docs / "README.md").write_text(index, encoding="utf-8")
    done = built(docs, tmp_path / "site")
    assert done.returncode != 0
    assert said in done.stderr
    (docs / "README.md").write_text(sound, encoding="utf-8")
    again = built(docs, tmp_path / "sound")
    assert again.returncode == 0, again.stderr
