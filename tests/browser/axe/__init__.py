"""axe-core (Deque Systems, MPL-2.0, see LICENSE), unchanged: the npm package's axe.min.js."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

VERSION = "4.14.1"
SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
SCRIPT = Path(__file__).with_name("axe.min.js")
_ROWS_ARE_THERE = """() => {
  const grid = document.querySelector("#grid table");
  return !grid || grid.hasAttribute("aria-rowcount");
}"""


def findings(page: Page) -> list[str]:
    """What axe has to say against the page as it shows now: rule, element, why; a line each.

    A grid is waited for: until its rows have come nothing in it can be reached by the keyboard.
    axe runs beside the page's own scripts, so a content security policy does not stop it.
    """
    page.wait_for_function(_ROWS_ARE_THERE)
    page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run()).violations")
    return [
        f"{rule['id']}: {node['html'][:200]}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]
