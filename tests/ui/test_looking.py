"""Workers and employers: what was accepted, the credit of each year, and what is printed."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from fla_batch.commands.build import build
from fla_batch.commands.poll import poll
from fla_batch.commands.send import send
from fla_batch.commands.status import status
from fla_batch.ledger.lifecycle import BatchState
from fla_batch.report.account_files import year_rows
from fla_batch.ui import look_views
from fla_batch.ui.page_state import PageState
from tests.builders import company_id, inss
from tests.command_line import workers, write_csv
from tests.ui.conftest import Browser

_EMPLOYER = f"/employers/{company_id()}"


def _rights(number: int, hours_centi: int) -> dict[str, object]:
    right = {
        "complementarySectorRightHours": hours_centi,
        "jointCommissionNbr": "202.01",
        "workingRegulationsRegistryNbr": "181682/CO/200",
        "activityCode": 228,
    }
    return {
        "employer": {"companyId": company_id()},
        "employee": {"inss": inss(number)},
        "calendarYear": 2024,
        "trainingRights": {"complementarySectorRight": [right]},
    }


@pytest.fixture
def accepted(state: PageState, tmp_path: Path) -> PageState:
    """Rights of two workers and a training of each, accepted on the practice portal."""
    rights = tmp_path / "rights.json"
    rights.write_text(json.dumps([_rights(1, 4000), _rights(2, 2000)]), encoding="utf-8")
    state.begin_practice()
    with state.workspace() as workspace:
        for file in (rights, write_csv(tmp_path / "trainings.csv", workers(2))):
            built = build(workspace, [file])
            assert built.batches, [one.label.en for one in built.anomalies]
            send(workspace, [batch.name for batch in built.batches])
        for _ in range(200):
            poll(workspace)
            states = {row.state for row in status(workspace)}
            if states == {BatchState.CLOSED}:
                return state
            time.sleep(0.1)
    raise AssertionError(states)


def _figures(text: str) -> list[str]:
    return re.findall(r'<td class="number">([^<]*)</td>', text)


def test_an_employer_has_its_workers_their_years_and_a_bar_a_year(
    accepted: PageState, browser: Browser
) -> None:
    assert f'<a href="{_EMPLOYER}">' in browser.get("/workers").text
    said = browser.get(_EMPLOYER).text
    assert "2 workers" in said
    # Together 60 hours, of which 2 x 7.6 were followed.
    (bar,) = re.findall(r'<meter min="0" max="(\d+)" value="(\d+)"', said)
    assert bar == ("6000", str(6000 - 2 * 760))
    assert "44.8 of 60 hours left" in said
    assert _figures(said) == [
        *("0", "40", "0", "1", "7.6", "0", "32.4"),
        *("0", "20", "0", "1", "7.6", "0", "12.4"),
    ]
    worker = browser.get(f"/workers/{company_id()}/{inss(2)}").text
    assert "12.4 of 20 hours left" in worker
    assert f'<a href="{_EMPLOYER}">' in worker


def test_rows_beyond_those_that_are_shown_are_said(
    accepted: PageState, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look_views, "_MOST", 2)
    assert "Only the first are shown" not in browser.get(_EMPLOYER).text
    monkeypatch.setattr(look_views, "year_rows", lambda *of: [*year_rows(*of)] * 2)
    said = browser.get(_EMPLOYER).text
    assert "2 workers" in said
    assert len(_figures(said)) == 2 * 7
    assert "Only the first are shown" in said


def test_the_accounts_of_an_employer_are_printed_and_tabulated(
    accepted: PageState, browser: Browser
) -> None:
    printed = browser.get(f"{_EMPLOYER}/accounts.html")
    assert [number for number in (1, 2) if inss(number) in printed.text] == [1, 2]
    assert "default-src 'none'" in printed.headers["content-security-policy"]
    table = browser.get(f"{_EMPLOYER}/accounts.csv")
    assert table.content.count(b"\r\n") == 3
    assert "accounts-" in table.headers["content-disposition"]


def test_who_is_not_known_is_said(browser: Browser) -> None:
    for path in (f"/employers/{company_id(9)}", f"/workers/{company_id(9)}/{inss(9)}"):
        answer = browser.get(path)
        assert answer.status_code == 409
        assert "nothing is known of that" in answer.text
        assert "See the list of workers" in answer.text
