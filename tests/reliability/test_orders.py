"""R14, R18: whatever the order, the repetitions, the losses and the restarts, the same end.

A Hypothesis state machine over the real poll: answers of the portal are put on the server in any
order, twice, under another name, with strangers between them; polls are interrupted by a line
that breaks, and the process starts anew.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from fla_batch.channel.protocol import Downloaded, OperationRefused
from fla_batch.commands.build import build
from fla_batch.commands.poll import poll
from fla_batch.commands.send import send, to_send
from fla_batch.ledger.lifecycle import BatchState, FormState
from fla_batch.vocabulary.errors import GatewayUnavailable
from tests.counts import COUNTED, count
from tests.reliability.folder_gateway import FolderGateway
from tests.reliability.inputs import ABSENT_EMPLOYER, rights_body, trainings_body, write
from tests.reliability.numbers import tell
from tests.reliability.scene import S, Scene, ledger_view

ORDERS, STEPS = count(200, 2_000), 14
_FOR_EVER = 1_000_000


@dataclass(frozen=True)
class Breaking(FolderGateway):
    """The line breaks at the download that is the `lives`-th; some files cannot be read."""

    lives: list[int] = field(default_factory=lambda: [_FOR_EVER])
    unreadable: set[str] = field(default_factory=set)

    def download(self, folder: str, name: str, path: Path, *, max_bytes: int) -> Downloaded:
        self.lives[0] -= 1
        if self.lives[0] < 0:
            path.write_bytes(b"half an ans")
            raise GatewayUnavailable("the line broke")
        if name in self.unreadable:
            raise OperationRefused(f"reading {name} was refused")
        return super().download(folder, name, path, max_bytes=max_bytes)


class AnyOrder(RuleBasedStateMachine):
    """Two batches were sent; their four answers wait at the portal, and reach us in any way."""

    begin: Scene
    wanted: dict[str, Any]

    @initialize()
    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=self.begin.folder.parent))
        self.scene = self.begin.copy(self.folder / "scene")
        self.gateway = Breaking(self.scene.account)
        self.open()
        self.out = self.scene.account / S.folder_out
        self.held = sorted(path.name for path in self.out.glob("FO.*"))
        self.store = self.folder / "store"
        self.out.rename(self.store)
        self.out.mkdir()
        self.copies = 0

    def open(self) -> None:
        self.running = ExitStack()
        self.workspace = self.running.enter_context(self.scene.workspace(gateway=self.gateway))

    @property
    def left(self) -> list[str]:
        return [name for name in self.held if not (self.out / name).exists()]

    def deliver(self, name: str, to: str | None = None) -> None:
        for kind in ("FO", "FS", "GO"):
            shutil.copy2(self.store / f"{kind}{name[2:]}", self.out / f"{kind}{(to or name)[2:]}")

    @precondition(lambda self: self.left)
    @rule(data=st.data())
    def an_answer_arrives(self, data: st.DataObject) -> None:
        self.deliver(data.draw(st.sampled_from(self.left)))

    @rule(data=st.data())
    def an_answer_arrives_once_more_under_another_name(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.held))
        self.copies += 1
        self.deliver(name, f"{name[:-7]}Z{self.copies:04d}.S")

    @rule(data=st.data())
    def its_go_is_late(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.held))
        shutil.copy2(self.store / name, self.out / f"{name[:-7]}Y0001.S")

    @rule(environment=st.sampled_from(["S", "T"]))
    def an_answer_to_a_stranger_arrives(self, environment: str) -> None:
        name = f"FO.ACRF.999999.20250301.X0001.{environment}"
        (self.out / name).write_text(_STRANGER.format(environment=environment), encoding="utf-8")
        (self.out / f"GO{name[2:]}").touch()

    @rule(data=st.data(), kind=st.sampled_from(["FO", "FS", "GO"]))
    def one_of_its_files_cannot_be_read_for_a_while(self, data: st.DataObject, kind: str) -> None:
        self.gateway.unreadable.add(f"{kind}{data.draw(st.sampled_from(self.held))[2:]}")

    @rule(name=st.sampled_from(["README", "FO.IDFL.999999.20250301.00001.S", "archive"]))
    def a_neighbour_lies_there(self, name: str) -> None:
        (self.out / name).mkdir(exist_ok=True)

    @rule()
    def everything_can_be_read_again(self) -> None:
        self.gateway.unreadable.clear()

    @rule(lives=st.integers(0, 6))
    def a_poll_whose_line_breaks(self, lives: int) -> None:
        self.gateway.lives[0] = lives
        with suppress(GatewayUnavailable):
            poll(self.workspace)
        self.gateway.lives[0] = _FOR_EVER

    @rule()
    def a_poll(self) -> None:
        poll(self.workspace)

    @rule()
    def the_process_starts_anew(self) -> None:
        self.running.close()
        self.open()

    @invariant()
    def nothing_is_accepted_that_was_refused(self) -> None:
        if not hasattr(self, "scene"):
            return
        for row in self.workspace.ledger.batches():
            for form in self.workspace.ledger.forms(row.name, _GOOD):
                assert form.company_id != ABSENT_EMPLOYER

    def teardown(self) -> None:
        self.gateway.unreadable.clear()
        for name in self.left:
            self.deliver(name)
        poll(self.workspace)
        poll(self.workspace)
        found = ledger_view(self.workspace.ledger)
        assert {key: found[key] for key in ("batches", "forms")} == self.wanted
        assert {state for state, _ in found["batches"].values()} == {BatchState.CLOSED}
        assert poll(self.workspace).brought_nothing
        self.running.close()
        shutil.rmtree(self.folder)


_GOOD = (FormState.ACCEPTED, FormState.WARNED)
_STRANGER = (
    "<ACRF><Form><Identification>ACRF001</Identification><FormCreationDate>2025-03-01"
    "</FormCreationDate><FormCreationHour>10:00:00.000</FormCreationHour><AttestationStatus>0"
    "</AttestationStatus><TypeForm>FA</TypeForm><FileReference><FileName>"
    "GO.FLAD.123456.20240101.00001.{environment}.1</FileName><ReferenceOrigin>2</ReferenceOrigin>"
    "<ReferenceNbr>3400000009999</ReferenceNbr></FileReference><ReceptionResult><ResultCode>0"
    "</ResultCode><ErrorID>ACRF-125</ErrorID></ReceptionResult></Form></ACRF>"
)


@pytest.mark.timeout(3600)
def test_r14_r18_every_order_ends_alike(
    new_scene: Scene, quick_disk: Path, record_property: Callable[[str, object], None]
) -> None:
    scene = new_scene.copy(quick_disk / "two-batches")
    bodies = (
        (trainings_body(1), trainings_body(2, 1, ABSENT_EMPLOYER)),
        (rights_body(1), rights_body(3)),
    )
    with scene.workspace() as workspace:
        for number, pair in enumerate(bodies):
            build(workspace, [write(scene.folder / f"{number}.json", *pair)])
        send(workspace, to_send(workspace, []))
        scene.let_portal_work()
    undisturbed = scene.copy(quick_disk / "two-batches-undisturbed")
    with undisturbed.workspace() as workspace:
        poll(workspace)
        found = ledger_view(workspace.ledger)

    class Machine(AnyOrder):
        begin = scene
        wanted = {key: found[key] for key in ("batches", "forms")}  # noqa: RUF012

    limits = settings(
        max_examples=ORDERS,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Machine, settings=limits)
    tell("orders of answers, losses and restarts", ORDERS)
    record_property(COUNTED, f"{ORDERS:,} orders of answers, all end alike")
