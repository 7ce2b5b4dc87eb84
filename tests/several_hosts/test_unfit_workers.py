"""What is said when the workers of --workers cannot do our work."""

from __future__ import annotations

import sys

import pytest

from fla_batch.commands.cluster import Cluster, SchedulerUnavailable, WorkersUnfit


def test_a_missing_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(WorkersUnfit, match="not installed: distributed") as told:
        Cluster.at("tcp://127.0.0.1:8786")
    assert told.value.hint == "pip install 'fla-batch[cluster]'"


def test_national_numbers_cross_no_network_in_the_clear() -> None:
    with pytest.raises(WorkersUnfit, match="in the clear"):
        Cluster.at("tcp://scheduler.example.org:8786")


@pytest.mark.parametrize(
    "address", ["scheduler:8786", "http://127.0.0.1:8786", "tcp://me:secret@127.0.0.1:8786", "tcp:"]
)
def test_what_is_no_address_is_refused_without_being_told(address: str) -> None:
    with pytest.raises(WorkersUnfit, match="no address") as told:
        Cluster.at(address)
    assert "secret" not in str(told.value)


def test_a_scheduler_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fla_batch.commands.cluster._CONNECT_S", 1)
    with pytest.raises(SchedulerUnavailable, match="no scheduler answers"):
        Cluster.at("tcp://127.0.0.1:9")
