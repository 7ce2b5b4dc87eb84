"""Exit codes, hints and whether a retry makes sense, as 8-commands.md fixes them."""

from __future__ import annotations

import inspect

import pytest

from fla_batch.vocabulary import errors
from fla_batch.vocabulary.errors import FlaBatchError

CLASSES = [
    found
    for _, found in inspect.getmembers(errors, inspect.isclass)
    if issubclass(found, FlaBatchError)
]
# Name of the class -> exit code of the command line.
EXIT_CODES = {
    "FlaBatchError": 2,
    "UsageMistake": 2,
    "InputUnreadable": 1,
    "BlockedByAnomalies": 1,
    "ConfigurationMistake": 3,
    "ProfileMistake": 3,
    "KeyOrCertificateMistake": 3,
    "LoginRefused": 3,
    "HostKeyMismatch": 3,
    "LedgerTrouble": 3,
    "UnknownTransition": 3,
    "GatewayUnavailable": 4,
    "OutcomeUnknown": 4,
    "DiskTrouble": 4,
    "WaitTimedOut": 6,
}


def test_every_class_has_the_exit_code_that_scripts_rely_on() -> None:
    assert {found.__name__: found.exit_code for found in CLASSES} == EXIT_CODES


@pytest.mark.parametrize("found", CLASSES)
def test_every_class_says_what_to_do_next(found: type[FlaBatchError]) -> None:
    assert found.hint.endswith(".")
    assert "\n" not in found.hint
    assert found.__doc__


def test_only_transport_errors_are_worth_a_retry() -> None:
    assert [found.__name__ for found in CLASSES if found.retryable] == ["GatewayUnavailable"]


def test_a_hint_of_its_own() -> None:
    error = errors.UsageMistake("no such batch", hint="Run `fla-batch status`.")
    assert (str(error), error.hint) == ("no such batch", "Run `fla-batch status`.")
    assert errors.UsageMistake("no such batch").hint == FlaBatchError.hint


def test_an_unreadable_input_says_where_it_stopped() -> None:
    error = errors.InputUnreadable("not UTF-8", file="a.csv", row=7)
    assert (error.file, error.row, str(error)) == ("a.csv", 7, "not UTF-8")
    assert errors.InputUnreadable("empty", file="a.csv").row is None
