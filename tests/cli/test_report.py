"""`report` over a real ledger: its totals are those of `status` and `anomalies` (R27)."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

from lxml import html

from fla_batch.message import load
from fla_batch.sandbox.ground import practice_ground
from tests.builders import inss
from tests.command_line import CommandLine, write_csv
from tests.e2e.servers import now


def test_totals_are_the_ledgers(fla: CommandLine, tmp_path: Path) -> None:
    rows = [{"inss": inss(number)} for number in range(1, 6)]
    rows[1]["trainingDenomination"] = "Excel pour 5 €"
    rows[2]["companyId"] = "0999999922"
    with practice_ground(tmp_path / "ground", load("fla-20250131"), clock=now) as ground:
        here = CommandLine(fla.capsys, ground.settings_file)
        for number, part in enumerate((rows[:3], rows[3:])):
            path = write_csv(tmp_path / f"{number}.csv", part)
            here("run", path, "--every", "0.1", "--timeout", "60")
        called = here("report", "-o", "report.html", "--json")
        assert called.code == 0
        assert called.document == {"file": "report.html", "batches": 2, "anomalies": 2}
        assert "2 batches, 2 anomalies" in here("report", "-o", "report.html").out
        status = here("status", "--json").document["batches"]
        anomalies = here("anomalies", "--json").document
    page: Any = html.parse(tmp_path / "report.html").getroot()
    (total,) = page.xpath("//tr[@class='total']")
    counts = [int(cell.text) for cell in total.xpath("td[@class='number']")]
    names = ("forms", "accepted", "warned", "refused", "open")
    assert counts[:5] == [sum(row[name] for row in status) for name in names]
    told = f"Blocking: {anomalies['blocking']}. Warnings: {anomalies['warnings']}. "
    told += f"For information: {anomalies['information']}."
    assert told in page.text_content()
    shown = [cell.text for cell in page.xpath("//tr[@data-severity]/td[2]")]
    assert sorted(shown) == sorted(each["error_id"] for each in anomalies["anomalies"])
    assert stat.S_IMODE((tmp_path / "report.html").stat().st_mode) == 0o600


def test_another_suffix_is_refused(fla: CommandLine, settings: Path) -> None:
    called = fla("report", "-o", "report.pdf")
    assert called.code == 2
    assert "report.pdf: a report is an .html file." in called.err
