"""The public face keeps its names: taking one away is a change of the major version (1905)."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from fla_batch import api
from fla_batch.message.draft_text import draft_profile
from tests.builders import inss, training, trainings
from tests.command_line import write_csv

PUBLISHED = Path(__file__).parent / "profiles" / "published"
PROMISED = {
    "build": "(workspace, inputs)",
    "check": "(declaration, *, today)",
    "compute_rights": "(dmfa, dimona, *, as_of, year, sizes, told)",
    "declaration_from_json": "(body)",
    "forecast_credit": "(declarations, *, at)",
    "load_signer": "(*, pkcs12_file, key_file, certificate_file, password_env)",
    "open_workspace": "(settings, *, clock)",
    "poll": "(workspace)",
    "read": "(inputs)",
    "read_acknowledgement": "(file)",
    "read_notification": "(file)",
    "send": "(workspace)",
    "sign": "(message, signer, *, at)",
    "status": "(workspace)",
    "validate": "(message, *, today, profile)",
    "write": "(declarations, *, run, at, profile, sender, environment)",
}
TYPES = 20


def shape(function: object) -> str:
    """The names of the arguments, as they are given."""
    assert callable(function)
    parameters = inspect.signature(function).parameters.values()
    bare = [each.replace(annotation=inspect.Parameter.empty) for each in parameters]
    plain = [each.replace(default=inspect.Parameter.empty) for each in bare]
    return str(inspect.Signature(plain))


def test_every_function_is_promised_with_its_arguments() -> None:
    found = {
        name: shape(getattr(api, name))
        for name in api.__all__
        if inspect.isfunction(getattr(api, name))
    }
    assert found == PROMISED
    assert len(api.__all__) - len(found) == TYPES


def test_what_is_public_is_documented() -> None:
    assert [name for name in api.__all__ if not (getattr(api, name).__doc__ or "").strip()] == []
    assert api.__all__ == sorted(api.__all__)


@pytest.mark.parametrize("cell", ["hours", "trainingStartDate", "trainingPlace"])
def test_what_could_not_be_read_is_told_and_not_left_out(tmp_path: Path, cell: str) -> None:
    """A cell that nobody can read stops its declaration, also where it might have been empty."""
    rows = [{cell: "sept"}, {"inss": inss(2)}]
    told = list(api.read([write_csv(tmp_path / "mine.csv", rows)]))
    read = [each for each in told if not isinstance(each, api.Anomaly)]
    assert [each.employee.inss for each in read] == [inss(2)]
    (anomaly,) = [each for each in told if isinstance(each, api.Anomaly)]
    assert anomaly.blocks
    assert anomaly.source is not None
    assert (anomaly.source.row, anomaly.source.column) == (2, cell)


def test_a_header_that_says_who_sends_wants_to_know_it(tmp_path: Path) -> None:
    drafted = draft_profile([PUBLISHED / "header.xsd"], None, tmp_path / "mine")
    profile = str(drafted.folder)
    at = datetime(2025, 3, 1, 9, 0, tzinfo=UTC)
    mine = trainings(training())
    with pytest.raises(ValueError, match="give `sender`"):
        api.write([mine], run="EXAMPLE", at=at, profile=profile)
    message = api.write(
        [mine, mine],
        run="EXAMPLE",
        at=at,
        profile=profile,
        sender="987654",
        environment=api.Environment.CIRCUIT_TEST,
    )
    header = etree.fromstring(message).find("{*}Header")
    assert header is not None
    assert header.findtext("{*}Sender/{*}SenderNumber") == "987654"
    assert header.findtext("{*}Environment") == "T"
    assert header.findtext("{*}NumberOfForms") == "2"
