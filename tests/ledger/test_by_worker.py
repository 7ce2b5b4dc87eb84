"""What the database sorts comes in the order that Python would give it, of one moment."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from random import Random

import psycopg
import pytest

from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.lifecycle import Event, FormState
from fla_batch.ledger.rows import CHUNK
from fla_batch.rights.size_store import open_size_store
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.findings import Anomaly, AnomalyCounts, Labels
from fla_batch.vocabulary.terms import AnomalyOrigin
from tests.ledger.builders import NOW, batch_name, reference, send
from tests.ledger_steps import append_form, record_anomalies
from tests.postgres import Postgres

# In the order of a language, or of a case, these would come otherwise.
COMPANIES = [
    None,
    "0880820673",
    "0880-820",
    "a",
    "B",
    "Z",
    "ab",
    "a b",
    "é",
    "\U0001f600",
    "\uffff",
]
WORKERS = [None, "81511716525", "81511716525 ", "É", "e", "ß", "ss"]
YEARS = [None, 0, 2024, 2023, 9999, 10_000, 20_240, -1, 10**30]


def plainly(found: list[Anomaly]) -> list[Anomaly]:
    """The order by worker, with all of them in memory: what the database must give."""
    return sorted(
        found, key=lambda one: (one.company_id or "", one.inss or "", one.calendar_year or 0)
    )


def mixture(seed: int) -> list[Anomaly]:
    """Every employer with every worker and year, shuffled; values tell them apart."""
    found = [
        Anomaly(
            "B" if number % 3 else "NB",
            f"0001{number}",
            Labels("not a year: \\u0000", "é", None),
            value=f'{number} "calendar_year":7 \x00 \ud800',
            company_id=company_id,
            inss=inss,
            calendar_year=year,
            origin=AnomalyOrigin.LOCAL if number % 2 else AnomalyOrigin.REMOTE,
        )
        for number, (company_id, inss, year) in enumerate(product(COMPANIES, WORKERS, YEARS))
    ]
    found += [replace(one, value=f"{one.value} again") for one in found[::7]]
    Random(seed).shuffle(found)
    return found


@pytest.fixture
def recorded(ledger: Ledger) -> list[list[Anomaly]]:
    """Anomalies of two batches and of none, more than one page of them."""
    groups = [mixture(seed) for seed in range(3)]
    for number, group in enumerate(groups):
        batch = send(ledger, batch_name(number)) if number else None
        record_anomalies(ledger, group, NOW, batch)
    assert sum(map(len, groups)) > 2 * CHUNK
    return groups


def test_all_in_pythons_order(ledger: Ledger, recorded: list[list[Anomaly]]) -> None:
    everything = [one for group in recorded for one in group]
    with ledger.found_anomalies() as found:
        assert list(found.by_worker()) == plainly(everything)
        assert list(found.by_worker(50)) == plainly(everything)[:50]
        assert found.counts() == AnomalyCounts.of(everything)
        assert found.counts().total == len(everything)


@pytest.mark.postgresql
def test_whatever_the_language_of_the_database(postgres: Postgres) -> None:
    url = postgres.new_database()
    found = mixture(1)
    with Ledger.open(url) as ledger:
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            for name in ("company_id", "inss"):
                change = f'ALTER TABLE anomaly ALTER {name} TYPE text COLLATE "en-x-icu"'
                connection.execute(change.encode())
        record_anomalies(ledger, found, NOW)
        with ledger.found_anomalies() as kept:
            assert list(kept.by_worker()) == plainly(found)


@pytest.mark.postgresql
def test_a_database_that_was_made_without_a_language(postgres: Postgres) -> None:
    """Its encoding is SQL_ASCII, and every text came as bytes."""
    url = postgres.new_database("template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
    found = mixture(1)
    with Ledger.open(url) as ledger:
        record_anomalies(ledger, found, NOW)
        with ledger.found_anomalies() as kept:
            assert list(kept.by_worker()) == plainly(found)
    assert open_size_store(url).of_period("2024-2025") == {}


def test_those_of_one_batch(ledger: Ledger, recorded: list[list[Anomaly]]) -> None:
    with ledger.found_anomalies(batch_name(2)) as found:
        assert list(found.by_worker()) == plainly(recorded[2])
        assert found.counts().total == len(recorded[2])


def test_none_yet(ledger: Ledger) -> None:
    with ledger.found_anomalies() as found:
        assert (list(found.by_worker()), found.counts()) == ([], AnomalyCounts(0, 0))
    with (
        pytest.raises(UsageMistake, match="knows no batch"),
        ledger.found_anomalies(batch_name()),
    ):
        pass


def test_what_another_process_writes_meanwhile_is_not_seen(ledger_url: str) -> None:
    """And it need not wait: nothing is locked for it."""
    first, later = Anomaly("B", "1"), Anomaly("B", "2", company_id="1")
    with Ledger.open(ledger_url) as ledger, Ledger.open(ledger_url) as other:
        record_anomalies(ledger, [first], NOW)
        with ledger.found_anomalies() as found:
            assert found.counts().total == 1
            record_anomalies(other, [later], NOW)
            assert list(found.by_worker()) == [first]
            assert found.counts().total == 1
        with ledger.found_anomalies() as found:
            assert list(found.by_worker()) == [first, later]


def test_left_before_the_end(ledger: Ledger, recorded: list[list[Anomaly]]) -> None:
    """Nothing of the database stays open, also when somebody keeps the iterator."""
    with ledger.found_anomalies() as found:
        kept = found.by_worker()
        assert next(kept).company_id is None
    assert list(kept) == []
    record_anomalies(ledger, [Anomaly("B", "1")], NOW)


def test_lines_say_the_same_as_the_whole_forms(ledger: Ledger) -> None:
    count = 2 * CHUNK
    name = send(ledger, batch_name(), count)
    send(ledger, batch_name(2), 1)
    append_form(ledger, reference(name, 2), Event.REFUSED, NOW)
    lines = list(ledger.form_lines(name))
    assert len(lines) == count
    assert lines == [
        (
            form.reference_nbr,
            form.state,
            form.ticket,
            form.kind,
            form.company_id,
            form.inss,
            form.calendar_year,
        )
        for form in ledger.forms(name)
    ]
    (refused,) = ledger.form_lines(name, [FormState.REFUSED])
    assert refused.reference_nbr == reference(name, 2)
    with pytest.raises(UsageMistake, match="knows no batch"):
        next(ledger.form_lines(batch_name(3)))
