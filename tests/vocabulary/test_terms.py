"""The closed lists, against the sources' own spelling."""

from __future__ import annotations

import pytest

from fla_batch.vocabulary.terms import (
    AnomalyClass,
    Certificate,
    Environment,
    FileKind,
    FormKind,
    ProcessingState,
    ResultCode,
    RightSource,
    RightType,
    Scope,
    TrainingStatus,
    Verdict,
)


@pytest.mark.parametrize(
    ("letter", "folder_in", "folder_out"),
    [("R", "IN", "OUT"), ("T", "INTEST", "OUTTEST"), ("S", "INTEST-S", "OUTTEST-S")],
)
def test_folders_of_an_environment(letter: str, folder_in: str, folder_out: str) -> None:
    environment = Environment(letter)
    assert (environment.folder_in, environment.folder_out) == (folder_in, folder_out)


def test_there_are_three_environments() -> None:
    assert "".join(Environment) == "RTS"


@pytest.mark.parametrize(
    ("terms", "values"),
    [
        (FileKind, ["FI", "FS", "GO", "TD", "FO", "CO"]),
        (AnomalyClass, ["B", "P", "NP", "W", "NB", "D", "I"]),
        (RightType, ["LEGAL", "SECTOR", "EMPLOYER"]),
        (RightSource, ["EMPLOYER", "PROVIDER", "FLA"]),
        (ProcessingState, ["toValidate", "validated", "all"]),
        (ResultCode, ["0", "1", "2", "3", "4"]),
        (TrainingStatus, [1, 2, 3, 4]),
        (Scope, [1, 2]),
        (Certificate, [1, 2]),
        (Verdict, ["valid", "invalid", "not checked"]),
    ],
)
def test_values(terms: type[FileKind], values: list[object]) -> None:
    assert [term.value for term in terms] == values


def test_two_kinds_of_form_declare() -> None:
    assert [kind.value for kind in FormKind if kind.is_declaration] == [
        "trainingRights",
        "trainings",
    ]
