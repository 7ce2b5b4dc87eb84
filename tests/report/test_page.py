"""The report page: complete, self-contained, harmless, in three languages."""

from __future__ import annotations

import re
import tomllib
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from importlib.resources import files
from typing import Any

import pytest
from lxml import html

from fla_batch.ledger.lifecycle import BatchState
from fla_batch.ledger.records import BatchRow
from fla_batch.report.page import Overview, page, words
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.findings import Anomaly, AnomalyCounts, Labels
from fla_batch.vocabulary.terms import AnomalyOrigin, Language
from fla_batch.vocabulary.words import Words
from tests.builders import company_id, inss

AT = datetime(2025, 3, 1, 9, 15, tzinfo=UTC)
BATCH = BatchName.parse("FLAD.123456.20250301.00001.S")


def row(**fields: object) -> BatchRow:
    usual: dict[str, object] = dict.fromkeys(BatchRow.__dataclass_fields__)
    usual |= {"name": BATCH, "state": BatchState.CLOSED, "since": AT, "built_at": AT}
    usual |= dict.fromkeys(("forms", "accepted", "warned", "refused", "open", "cancelled"), 0)
    return BatchRow(**(usual | fields))  # type: ignore[arg-type]


def anomaly(number: int = 1, label: str = "label", blocks: bool = True) -> Anomaly:
    return Anomaly(
        "B" if blocks else "W",
        "00014-017",
        Labels(label, label, label),
        company_id=company_id(),
        inss=inss(number),
        origin=AnomalyOrigin.REMOTE,
    )


def shown(
    *anomalies: Anomaly, rows: tuple[BatchRow, ...] = (), language: str = "en", left_out: int = 0
) -> str:
    counts = AnomalyCounts.of(anomalies)
    pieces = page(
        rows,
        anomalies,
        counts._replace(blocking=counts.blocking + left_out),
        Overview.of(anomalies),
        at=AT,
        environment="S",
        language=Language(language),
        official=False,
    )
    return "".join(pieces)


def parsed(text: str) -> Any:
    return html.fromstring(text)


def cells(text: str, row_path: str) -> list[list[str]]:
    return [
        [cell.text_content() for cell in line.xpath("td|th")]
        for line in parsed(text).xpath(row_path)
    ]


def test_the_totals_are_the_sums() -> None:
    rows = (
        row(forms=10, accepted=8, warned=1, refused=1),
        row(forms=5, accepted=2, open=2, cancelled=1, state=BatchState.RECEIVED),
    )
    (total,) = cells(shown(rows=rows), "//tr[@class='total']")
    assert total == ["Totals", "", "", "15", "10", "1", "1", "2", "1", "", ""]
    assert len(cells(shown(rows=rows), "//table[1]//tr")) == 4


def test_every_anomaly_with_its_worker_under_its_employer() -> None:
    text = shown(anomaly(1), anomaly(1, blocks=False), anomaly(2))
    tree = parsed(text)
    assert [each.text for each in tree.iter("h3")] == [f"Employer {company_id()}: 3 findings"]
    found = cells(text, "//table[contains(@class, 'findings')]/tbody/tr")
    assert [line[0] for line in found] == [inss(1), inss(1), inss(2)]
    assert [line[1] for line in found] == ["blocks", "warning", "blocks"]
    assert "Blocking: 2. Warnings: 1." in text
    causes = cells(text, "//section[@aria-label='By cause']//tbody/tr")
    assert [(line[0], line[4]) for line in causes] == [("blocks", "2"), ("warning", "1")]
    assert "The ten most frequent causes: label: 2; label: 1" in text


def test_employers_have_links_to_their_findings() -> None:
    others = [replace(anomaly(number), company_id=company_id(number)) for number in (1, 2)]
    text = shown(*others)
    links = parsed(text).xpath("//nav//a")
    assert [link.get("href") for link in links] == ["#e0", "#e1"]
    targets = [parsed(text).get_element_by_id(link.get("href")[1:]) for link in links]
    assert [target.tag for target in targets] == ["section"] * 2


def test_a_list_that_is_cut_says_so() -> None:
    text = shown(anomaly(1), anomaly(2), left_out=3)
    assert "Not shown here: 3 more." in text
    assert "Blocking: 5." in text
    assert text.count("<tr data-severity") == 2
    assert "Not shown here" not in shown(anomaly(1), anomaly(2))


@pytest.mark.parametrize("label", ["<script>alert(1)</script>", '"><img src=x onerror=y>', "&amp;"])
def test_texts_are_texts(label: str) -> None:
    text = shown(anomaly(label=label))
    assert label not in text.replace("&amp;amp;", "")
    finding = parsed(text).xpath("//table[contains(@class, 'findings')]//td[3]")
    assert finding[0].text_content() == label
    assert len(parsed(text).xpath("//script|//img")) == 1


def test_control_characters_are_gone() -> None:
    assert "\x1b" not in shown(anomaly(label="red \x1b[31m\u202e"))
    assert "\u202e" not in shown(anomaly(label="red \x1b[31m\u202e"))


def test_it_needs_nothing_else() -> None:
    text = shown(anomaly(), rows=(row(),))
    assert not re.search(r"(?:src=|href=(?!\"#)|@import|url\()", text)
    assert "http" not in text.replace("http-equiv", "")
    (policy,) = parsed(text).xpath("//meta[@http-equiv]/@content")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        (content,) = parsed(text).xpath(f"//{tag}/text()")
        digest = b64encode(sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_each_language_has_every_word(language: str) -> None:
    word = words(Language(language))
    english = words(Language.EN)
    assert set(word) == set(english)
    for name, text in english.items():
        assert re.findall(r"{\w+}", word[name]) == re.findall(r"{\w+}", text), name
    text = shown(anomaly(), rows=(row(),), language=language)
    assert f'<html lang="{language}">' in text
    assert Words("fla_batch.ledger", Language(language)).line("closed") in text
    assert inss() in text


def test_words_have_no_unknown_language() -> None:
    content = files("fla_batch.report").joinpath("words.toml").read_text(encoding="utf-8")
    assert set(tomllib.loads(content)) == {language.value for language in Language}


def test_nothing_yet() -> None:
    text = shown()
    assert "No batches yet." in text
    assert "No anomalies." in text
    assert "Written on 2025-03-01 10:15. Environment S." in text
