"""The report in a real browser: found, filtered, read on a telephone, printed; scripts or not."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from fla_batch.report.findings_page import findings_page
from fla_batch.report.page import MOST_ANOMALIES, Overview, page
from fla_batch.system.anomaly_groups import AnomalyGroups
from fla_batch.vocabulary.findings import Anomaly, AnomalyCounts, Labels, Source
from fla_batch.vocabulary.terms import AnomalyOrigin, Language
from tests.browser.axe import findings
from tests.builders import company_id, inss
from tests.counts import COUNTED
from tests.report.test_page import row

AT = datetime(2025, 3, 1, 9, 15, tzinfo=UTC)
CAUSES = ("TrainingHours-008", "00014-017", "00024-152", "Scope-001", "FLA04-272")
EMPLOYERS = 7
Record = Callable[[str, object], None]


def anomaly(number: int) -> Anomaly:
    error_id = CAUSES[number % len(CAUSES)]
    text = f"{error_id}: é {number}"
    advice = Labels("Correct it.", "Corrigez-le.", "Verbeter het.")
    return Anomaly(
        "W" if number % 4 == 0 else "B",
        error_id,
        Labels(text, text, text),
        advice=advice,
        company_id=company_id(1 + number % EMPLOYERS),
        inss=inss(number),
        calendar_year=2024,
        source=Source("2024.xlsx", number + 2, "Heures", "Formations"),
        origin=AnomalyOrigin.REMOTE if number % 3 else AnomalyOrigin.LOCAL,
    )


def report(path: Path, count: int, language: Language = Language.EN) -> Path:
    found = sorted(map(anomaly, range(count)), key=lambda one: (one.company_id, one.inss))
    pieces = page(
        [row(forms=count, accepted=1, refused=count - 1, sent_at=AT)],
        found[:MOST_ANOMALIES],
        AnomalyCounts.of(found),
        Overview.of(found),
        at=AT,
        environment="S",
        language=language,
        official=True,
    )
    path.write_text("".join(pieces), encoding="utf-8")
    return path


def visible(browser_page: Page) -> int:
    return browser_page.locator("table.findings tbody tr:not([hidden])").count()


def told(browser_page: Page, count: int) -> None:
    """Waits until the page says that so many are shown."""
    expect(browser_page.locator("#told")).to_have_text(re.compile(rf"^{count} "))


@pytest.mark.parametrize("language", list(Language))
def test_no_one_is_shut_out(browser_page: Page, tmp_path: Path, language: Language) -> None:
    browser_page.goto(report(tmp_path / "report.html", 40, language).as_uri())
    assert findings(browser_page) == []
    assert browser_page.locator("html").get_attribute("lang") == language.value
    for landmark in ("header", "main", "form[role=search]", "nav"):
        assert browser_page.locator(landmark).count() == 1, landmark
    assert browser_page.get_by_role("img").count() == 2
    browser_page.set_viewport_size({"width": 375, "height": 700})
    assert findings(browser_page) == []


def test_search_and_filters_find_without_a_network(browser_page: Page, tmp_path: Path) -> None:
    asked: list[str] = []
    browser_page.on("request", lambda request: asked.append(request.url))
    browser_page.goto(report(tmp_path / "report.html", 40).as_uri())
    assert visible(browser_page) == 40
    assert browser_page.locator("#told").inner_text() == "40 of 40 findings shown"
    browser_page.get_by_label("Search in the findings").fill(f"e {inss(17)}")
    told(browser_page, 1)
    assert browser_page.get_by_role("rowheader", name=inss(17)).is_visible()
    assert browser_page.locator("section.part:not([hidden])").count() == 1
    browser_page.get_by_label("Search in the findings").fill("")
    browser_page.locator("select[name=severity]").select_option("warning")
    told(browser_page, 10)
    browser_page.locator("select[name=origin]").select_option("remote")
    browser_page.locator("select[name=employer]").select_option(company_id(1))
    expected = [n for n in range(40) if n % 4 == 0 and n % 3 and n % EMPLOYERS == 0]
    told(browser_page, len(expected))
    assert visible(browser_page) == len(expected)
    assert len(asked) == 1


def test_without_scripts_all_of_it_is_there(chromium: Browser, tmp_path: Path) -> None:
    with chromium.new_context(java_script_enabled=False) as context:
        opened = context.new_page()
        opened.goto(report(tmp_path / "report.html", 40).as_uri())
        assert opened.locator("form.search").is_hidden()
        assert visible(opened) == 40
        assert opened.get_by_role("link", name=f"Employer {company_id(1)}").is_visible()


def test_a_telephone_needs_no_sideways_scrolling(
    browser_page: Page, tmp_path: Path, picture: Callable[[Page, str], Path]
) -> None:
    browser_page.set_viewport_size({"width": 375, "height": 700})
    browser_page.goto(report(tmp_path / "report.html", 40, Language.FR).as_uri())
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= 375
    browser_page.get_by_text(inss(7)).scroll_into_view_if_needed()
    assert browser_page.get_by_text(inss(7)).is_visible()
    picture(browser_page, "report-375")


def test_ten_thousand_load_in_two_seconds_and_print(
    browser_page: Page, tmp_path: Path, record_property: Record
) -> None:
    path = report(tmp_path / "report.html", 10_000)
    began = time.monotonic()
    browser_page.goto(path.as_uri(), wait_until="load")
    assert browser_page.locator("#told").inner_text() == "10\u00a0000 of 10\u00a0000 findings shown"
    took = time.monotonic() - began
    printed = browser_page.pdf()
    assert printed.startswith(b"%PDF")
    pages = printed.count(b"/Type /Page\n") or printed.count(b"/Type /Page")
    assert pages > 100
    record_property(COUNTED, f"10,000 findings: loaded in {took:.1f} s, printed on {pages} pages")
    assert took < 2


def test_the_page_of_check_too(browser_page: Page, tmp_path: Path) -> None:
    found = [replace(anomaly(number), origin=AnomalyOrigin.LOCAL) for number in range(30)]
    groups = AnomalyGroups(found).in_order()
    counts = AnomalyCounts.of(found)
    path = tmp_path / "check.html"
    pieces = findings_page(groups, found, counts, at=AT, language=Language.NL)
    path.write_text("".join(pieces), encoding="utf-8")
    browser_page.goto(path.as_uri())
    assert findings(browser_page) == []
    assert visible(browser_page) == 30
