"""R20: a folder of 100,000 names through the real poll: one listing, bounded time and memory."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, field

from fla_batch.channel.protocol import RemoteFile
from fla_batch.commands.build import build
from fla_batch.commands.poll import poll
from fla_batch.commands.send import send, to_send
from fla_batch.ledger.lifecycle import BatchState
from fla_batch.vocabulary.filenames import sequence_text
from tests.counts import COUNTED
from tests.reliability.folder_gateway import FolderGateway
from tests.reliability.inputs import rights_body, write
from tests.reliability.numbers import tell
from tests.reliability.scene import Scene

NAMES = 100_000
MOST_S, MOST_BYTES = 60.0, 400_000_000


@dataclass(frozen=True)
class Crowded(FolderGateway):
    """Among our answers lie those of other applications, and FO of ours without a GO."""

    crowd: list[RemoteFile] = field(default_factory=list)
    listings: list[str] = field(default_factory=list)

    def list_folder(self, folder: str) -> list[RemoteFile]:
        self.listings.append(folder)
        return [*super().list_folder(folder), *self.crowd]


def crowd(count: int) -> list[RemoteFile]:
    kinds = ("FO.DMFA", "GO.DMFA", "FO.NOTI", "FO.IDFL")
    return [
        RemoteFile(
            f"{kinds[number % 4]}.999999.20250302.{sequence_text(number + 1)}.S", number, modified=1
        )
        for number in range(count)
    ]


def test_r20_a_hundred_thousand_names_cost_one_listing_and_bounded_time_and_memory(
    scene: Scene, record_property: Callable[[str, object], None]
) -> None:
    gateway = Crowded(scene.account, crowd(NAMES))
    with scene.workspace(gateway=gateway) as workspace:
        build(workspace, [write(scene.folder / "in.json", rights_body(1))])
        send(workspace, to_send(workspace, []))
        scene.let_portal_work()
        gateway.listings.clear()
        tracemalloc.start()
        begun = time.process_time()
        first = poll(workspace)
        took_s = time.process_time() - begun
        _, most_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert gateway.listings == ["OUTTEST-S"]
        assert (len(first.processed), len(first.strangers)) == (2, NAMES * 3 // 4)
        assert workspace.ledger.batches()[0].state is BatchState.CLOSED
        assert took_s < MOST_S
        assert most_bytes < MOST_BYTES
        second = poll(workspace)
        assert (second.processed, second.strangers) == ([], [])
        assert len(gateway.listings) == 2
    record_property(
        COUNTED, f"{NAMES:,} names, one listing, {took_s:.1f} s, {most_bytes / 1e6:.0f} MB"
    )
    tell("names in one folder", NAMES)
