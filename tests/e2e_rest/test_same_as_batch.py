"""A declaration sent by BATCH and by REST leaves the same account, ledger state and anomalies."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from fla_batch.commands.build_batches import build_bodies
from fla_batch.ledger.records import FormRow
from fla_batch.models import (
    Declaration,
    DeclarationKey,
    Employer,
    Entry,
    TrainingRightsDeclaration,
    TrainingsDeclaration,
)
from fla_batch.models.zone import walk
from fla_batch.vocabulary.input_origin import InputOrigin, InputSheet
from fla_batch.vocabulary.terms import FormKind
from tests.builders import inss
from tests.counts import COUNTED, count
from tests.e2e_manual.office import EMPLOYER, Office
from tests.strategies import VALID

UNKNOWN = "0999999922"
EXAMPLES = count(5, 150)


@st.composite
def declarations(draw: st.DrawFn) -> Declaration:
    """A declaration about one of three workers: valid, or one that only the platform refuses."""
    declared: TrainingsDeclaration | TrainingRightsDeclaration = draw(VALID)
    company_id = draw(st.sampled_from([EMPLOYER, EMPLOYER, EMPLOYER, UNKNOWN]))
    worker = inss(draw(st.integers(1, 3)))
    year = draw(st.sampled_from([declared.calendar_year or 2024, 2024]))
    return declared.model_copy(
        update={
            "employer": Employer(company_id=company_id),
            "employee": declared.employee.model_copy(update={"inss": worker}),
            "calendar_year": year,
        }
    )


def declared(office: Office, body: Declaration) -> FormRow:
    rows = {path: row for row, (_, path) in enumerate(walk(body), start=1)}
    origin = InputOrigin(InputSheet("declared.json"), rows)
    (batch,) = build_bodies(office.workspace, [Entry(body, origin)])
    (form,) = office.exchange([batch.name])
    return form


def anomalies(office: Office, form: FormRow) -> list[tuple[Any, ...]]:
    return sorted(
        (
            one.anomaly.anomaly_class,
            one.anomaly.error_id,
            one.anomaly.tag,
            one.anomaly.company_id,
            one.anomaly.inss,
            one.anomaly.calendar_year,
            one.reference_nbr is not None,
            one.anomaly.source.file,
            one.anomaly.source.row,
            one.anomaly.source.column or "",
        )
        for one in office.workspace.ledger.anomalies(form.batch)
    )


def account(office: Office) -> list[tuple[Any, ...]]:
    """All that the platform keeps."""
    photos = office.ground.platform.store.rows(
        "select company_id, inss, calendar_year, kind, body, source, carries_legal, active "
        "from photo order by id"
    )
    return [tuple(row) for row in photos]


def credits_told(office: Office, form: FormRow) -> list[dict[str, Any]]:
    found = office.workspace.ledger.consultations(
        office.workspace.environment, FormKind.ASK_CREDIT, form.company_id, form.inss
    )
    bodies = [row.body for row in found if row.form and row.form.batch == form.batch]
    return [{name: body[name] for name in body if name != "calculationDate"} for body in bodies]


def test_a_declaration_by_either_channel_leaves_the_same(
    open_rest: Callable[..., AbstractContextManager[Office]],
    record_property: Callable[[str, object], None],
) -> None:
    seen: list[str] = []
    newest: dict[DeclarationKey, Declaration] = {}
    with open_rest("by-batch", rest=False) as batch, open_rest("by-rest") as rest:

        @given(declarations())
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],  # what was declared stays, so that nothing can be tried again
        )
        def the_same(body: Declaration) -> None:
            assume(newest.get(body.key) != body)  # it would be left out as unchanged
            newest[body.key] = body
            ours, theirs = declared(batch, body), declared(rest, body)
            seen.append(ours.state.value)
            assert ours.state is theirs.state, json.dumps(body.to_json())
            assert ours.sha256 == theirs.sha256
            found = anomalies(batch, ours)
            assert found == anomalies(rest, theirs)
            assert all(file == "declared.json" and row >= 1 for *_, file, row, _ in found)
            assert credits_told(batch, ours) == credits_told(rest, theirs)
            assert account(batch) == account(rest)

        the_same()
    assert len(set(seen)) >= 2, seen
    record_property(COUNTED, f"{len(seen)} declarations by BATCH and by REST: all the same")
