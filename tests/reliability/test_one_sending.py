"""R28: one declaration, one sending, by whatever road it comes a second time.

The portal's side is counted worker by worker: a batch of another name that holds the same
declaration is a second sending.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from fla_batch.commands.build import build
from fla_batch.commands.cancel import cancel
from fla_batch.commands.poll import poll
from fla_batch.commands.send import send, to_send
from fla_batch.commands.workspace import Workspace
from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.lifecycle import BatchState
from tests.counts import COUNTED, count
from tests.reliability.inputs import ABSENT_EMPLOYER, rights_body, trainings_body, write
from tests.reliability.kills import ALL
from tests.reliability.scene import Clock, S, Scene
from tests.reliability.zygote import KILLED, Done, Job, Zygote

_WORKER = re.compile(rb"<INSS>(\d+)</INSS>")


@pytest.fixture
def small_batches(ledger_url: str, place: Path) -> Scene:
    """A scene whose batches hold two forms each."""
    return Scene.make(place / "small", part_forms=2, parts=1, ledger=ledger_url)


def sendings(scene: Scene) -> Counter[str]:
    """How often the portal got each worker: in its folder with GO, or taken in."""
    taken = scene.folder / "portal-state"
    folders = [scene.account / S.folder_in, *(path for path in taken.rglob("*") if path.is_dir())]
    found: Counter[str] = Counter()
    for folder in folders:
        for go in folder.glob("GO.*"):
            for fi in folder.glob(f"FI{go.name[2:]}.*"):
                found.update(number.decode() for number in _WORKER.findall(fi.read_bytes()))
    return found


def staged_workers(scene: Scene) -> Counter[str]:
    with Ledger.open(scene.settings().workspace.ledger, create=False) as ledger:
        return Counter(
            form.inss or ""
            for row in ledger.batches(S)
            if row.state not in (BatchState.BUILT, BatchState.CANCELLED)
            for form in ledger.form_lines(row.name)
        )


def sent(workspace: Workspace) -> None:
    send(workspace, to_send(workspace, ()))


def test_r28_the_same_build_after_one_of_two_batches_was_answered(small_batches: Scene) -> None:
    scene = small_batches
    path = write(scene.folder / "four.json", *(trainings_body(worker, 1) for worker in range(1, 5)))
    with scene.workspace() as workspace:
        first, _ = build(workspace, [path]).batches
        send(workspace, [first.name])
        scene.let_portal_work()
        poll(workspace)
        again = build(workspace, [path])
        assert (again.batches, again.unchanged) == ([], 4)
        sent(workspace)
        scene.let_portal_work()
        poll(workspace)
        assert build(workspace, [path]).unchanged == 4
    assert set(sendings(scene).values()) == {1}


def test_r28_a_correction_is_sent_and_so_is_the_way_back(scene: Scene) -> None:
    """A, B, A: what counts is the newest state of the key, not any older equal photo."""
    first = write(scene.folder / "a.json", rights_body(1, 500))
    second = write(scene.folder / "b.json", rights_body(1, 400))
    with scene.workspace() as workspace:
        counts = [len(build(workspace, [path]).batches) for path in (first, second, first, first)]
        assert counts == [1, 1, 1, 0]
        # A cancelled photo does not count: the newest is now the one before it.
        names = workspace.ledger.names(S, [BatchState.STAGED])
        cancel(workspace, str(names[-1]))
        assert build(workspace, [second]).unchanged == 1
        assert len(build(workspace, [first]).batches) == 1


def test_r28_after_refusals_only_the_mended_rows_are_built(scene: Scene) -> None:
    """Three refused in eight, one mended: the whole file again sends exactly the refused keys."""
    bodies = [trainings_body(worker, 1) for worker in range(1, 6)]
    refused = [trainings_body(worker, 1, ABSENT_EMPLOYER) for worker in range(6, 9)]
    whole = write(scene.folder / "whole.json", *bodies, *refused)
    with scene.workspace() as workspace:
        build(workspace, [whole])
        sent(workspace)
        scene.let_portal_work()
        poll(workspace)
        mended = write(
            scene.folder / "mended.json", *bodies, *(trainings_body(n, 1) for n in range(6, 9))
        )
        again = build(workspace, [mended])
        assert (sum(batch.forms for batch in again.batches), again.unchanged) == (3, 5)
        # A refused declaration does not count as sent: the same one may go once more.
        assert sum(batch.forms for batch in build(workspace, [whole]).batches) == 3


def test_r28_again_is_the_only_way_and_lists_each(scene: Scene) -> None:
    path = write(scene.folder / "two.json", rights_body(1), trainings_body(2, 1))
    with scene.workspace() as workspace:
        (first,) = build(workspace, [path]).batches
        assert {one.rule for one in build(workspace, [path]).anomalies} == set()
        again = build(workspace, [path], again=True)
        assert (sum(batch.forms for batch in again.batches), again.unchanged) == (2, 0)
        told = [(one.error_id, one.inss is not None) for one in again.anomalies]
        assert told == [("TrainingRights-272", True), ("Trainings-272", True)]
        assert str(first.name) in str(next(iter(again.anomalies)).label.en)


def test_r28_a_table_and_a_body_that_say_the_same_are_the_same(scene: Scene, place: Path) -> None:
    """By columns or one by one, the content and so the identity is one."""
    table = place / "trainings.csv"
    heading = (
        "companyId;inss;calendarYear;trainingSequenceNbr;trainingDenomination;"
        "trainingFirstStartDate;trainingLastEndDate;trainingResult;"
        "trainingLeadingToCertificate;scope;trainingHours;trainingStartDate;trainingEndDate;"
        "trainingStatus;trainingType;additionalInformation"
    )
    body = trainings_body(1, 1)
    training = body["trainings"][0]
    period = training["detailsPerPeriod"][0]
    period["additionalInformation"] = "Fire drill"
    row = [body["employer"]["companyId"], f"{body['employee']['inss']:011d}", 2024, 1]
    row += [training[name] for name in heading.split(";")[4:10]]
    row += [period[name] for name in heading.split(";")[10:]]
    row[0] = f"{row[0]:010d}"
    table.write_text(heading + "\n" + ";".join(map(str, row)) + "\n", encoding="utf-8")
    with scene.workspace() as workspace:
        assert len(build(workspace, [table]).batches) == 1
        again = build(workspace, [write(place / "body.json", body)])
        assert (again.batches, again.unchanged) == ([], 1)


def jobs(scene: Scene, path: Path, command: str = "build") -> list[Job]:
    """The same command of two processes."""
    job = Job(str(scene.folder), command, inputs=[str(path)])
    return [replace(job, minute=minute) for minute in (1, 2)]


def both(zygotes: tuple[Zygote, Zygote], two: list[Job]) -> list[Done]:
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda pair: pair[0].run(pair[1]), zip(zygotes, two, strict=True)))


def test_r28_two_builds_of_one_file_at_once(
    zygote: Zygote, second_zygote: Zygote, small_batches: Scene
) -> None:
    scene = small_batches
    path = write(scene.folder / "eight.json", *(trainings_body(n, 1) for n in range(1, 9)))
    done = both((zygote, second_zygote), jobs(scene, path))
    assert [each.status for each in done] == [0, 0], done
    assert len(staged_workers(scene)) == 8
    assert set(staged_workers(scene).values()) == {1}
    with scene.workspace() as workspace:
        sent(workspace)
    assert len(sendings(scene)) == 8
    assert set(sendings(scene).values()) == {1}


def test_r28_a_build_waits_for_another_one_and_then_looks(scene: Scene) -> None:
    """What the other one stages meanwhile is unchanged for this one."""
    path = write(scene.folder / "two.json", rights_body(1), trainings_body(2, 1))
    waited: list[bool] = []
    with scene.workspace() as other, ExitStack() as held:
        held.enter_context(other.ledger.lock("build S", other.clock))

        def sleep(_: float) -> None:
            if not waited:
                held.close()
                build(other, [path])
            waited.append(True)

        with scene.workspace(run="SECOND") as workspace:
            workspace.waiting = replace(workspace.waiting, sleep=sleep)
            again = build(workspace, [path])
    assert waited == [True]
    assert (again.batches, again.unchanged) == ([], 2)


def test_r28_two_overlapping_builds_one_of_which_is_killed(
    zygote: Zygote,
    second_zygote: Zygote,
    small_batches: Scene,
    place: Path,
    record_property: Callable[[str, object], None],
) -> None:
    """Killed anywhere, beside a second process; then both once more, and all is sent once."""
    path = write(place / "six.json", *(trainings_body(n, 1) for n in range(1, 7)))
    sqlite = small_batches.settings().workspace.ledger.startswith("sqlite")
    rounds = count(4, 40)
    chance = random.Random(28)
    for number in range(rounds):
        scene = small_batches
        if sqlite:
            scene = small_batches.copy(place / f"round-{number}")
        workers = [trainings_body(number * 10 + n, 1) for n in range(1, 7)]
        path = write(scene.folder / "six.json", *workers)
        first, second = jobs(scene, path)
        first = replace(first, kinds=ALL, kill_at=chance.randint(1, 200), minute=3 * number + 1)
        second = replace(second, minute=3 * number + 2)
        done = both((zygote, second_zygote), [first, second])
        assert done[0].status in (0, KILLED), done
        assert done[1].status == 0, done
        assert zygote.run(replace(second, minute=3 * number + 3)).status == 0
        with scene.workspace(clock=Clock()) as workspace:
            sent(workspace)
        found = sendings(scene)
        ours = {f"{body['employee']['inss']:011d}" for body in workers}
        assert {worker: found[worker] for worker in ours} == dict.fromkeys(ours, 1)
    record_property(COUNTED, f"two builds, one killed: {rounds} rounds, 0 twice, 0 lost")
