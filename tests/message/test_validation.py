"""An existing message: the XSD's verdict, then every readable form by the rules, with lines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fla_batch.message import MessageWriter, Profile, load
from fla_batch.models import Declaration
from fla_batch.vocabulary.terms import Verdict
from tests import builders as b
from tests import validating
from tests.validating import Validated


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load("fla-20250131")


def message(profile: Profile, folder: Path, *bodies: Declaration) -> Path:
    forms = [b.form(body, number) for number, body in enumerate(bodies, start=1)]
    path = folder / "FI.xml"
    path.write_bytes(b"".join(MessageWriter(profile.declaration).message(forms)))
    return path


def changed(path: Path, old: str, new: str) -> Path:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def validated(path: Path, profile: Profile) -> Validated:
    return validating.validated(path, profile, b.CONTEXT)


def test_what_we_build_is_valid(profile: Profile, tmp_path: Path) -> None:
    result = validated(message(profile, tmp_path, b.trainings(), b.rights()), profile)
    assert result.check.verdict is Verdict.VALID
    assert (result.anomalies, result.forms) == ([], 2)


def test_rules_are_applied_to_a_valid_message(profile: Profile, tmp_path: Path) -> None:
    """The XSD cannot know check digits; the line of the element is told."""
    path = message(profile, tmp_path, b.trainings())
    changed(path, b.inss(), b.inss()[:-2] + "00")
    result = validated(path, profile)
    assert result.check.verdict is Verdict.VALID
    (anomaly,) = result.anomalies
    assert anomaly.error_id == "INSS-004"
    assert anomaly.source.file == "FI.xml"
    assert anomaly.source.row is not None
    assert "<INSS>" in path.read_text().splitlines()[anomaly.source.row - 1]
    assert str(anomaly.source.column) == "/form[1]/employee.inss"


def test_both_layers_speak_of_an_invalid_message(profile: Profile, tmp_path: Path) -> None:
    path = message(
        profile, tmp_path, b.trainings(), b.trainings(employee=b.employee(inss=b.inss(2)))
    )
    changed(path, "<CalendarYear>2024", "<CalendarYear>20x4")
    changed(path, b.inss(2), b.inss(2)[:-2] + "00")
    result = validated(path, profile)
    assert result.check.verdict is Verdict.INVALID
    assert result.forms == 2
    by_rule = {anomaly.rule for anomaly in result.anomalies}
    assert len(by_rule) >= 2
    assert "INSS-004" in {anomaly.error_id for anomaly in result.anomalies}


def test_an_element_that_nobody_knows(profile: Profile, tmp_path: Path) -> None:
    path = message(profile, tmp_path, b.trainings())
    changed(path, "<CalendarYear>2024</CalendarYear>", "<CalendarYear>2024</CalendarYear><Extra/>")
    result = validated(path, profile)
    assert result.check.verdict is Verdict.INVALID
    (anomaly,) = [each for each in result.anomalies if each.rule == "unknown-element"]
    assert anomaly.error_id == "Extra-092"
    assert anomaly.blocks


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<A><B></A>",
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b"\xff\xfe\x00",
        b"<Other/>",
    ],
    ids=["empty", "not well-formed", "DOCTYPE", "binary", "another root"],
)
def test_what_is_no_message_is_one_clear_error(
    profile: Profile, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "no.xml"
    path.write_bytes(content)
    result = validated(path, profile)
    assert result.check.verdict is Verdict.INVALID
    assert result.forms == 0
    assert len(result.anomalies) == 1
    assert result.anomalies[0].blocks


def test_a_file_that_is_gone_is_not_checked(profile: Profile, tmp_path: Path) -> None:
    """R24: never shown as valid."""
    result = validated(tmp_path / "none.xml", profile)
    assert result.check.verdict is Verdict.NOT_CHECKED
    assert result.forms == 0


def test_a_truncated_message_is_read_as_far_as_it_goes(profile: Profile, tmp_path: Path) -> None:
    path = message(profile, tmp_path, b.trainings(), b.rights())
    text = path.read_text()
    at = [match.start() for match in re.finditer("<Form>", text)][1]
    path.write_text(text[: at + 20])
    result = validated(path, profile)
    assert result.check.verdict is Verdict.INVALID
    assert result.anomalies
