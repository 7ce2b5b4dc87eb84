"""Forms on their way to a part: those that were asked for, or the build says that they are gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from fla_batch.batching.form_maker import FormMaker
from fla_batch.batching.form_store import Spool, SpooledForm, WrittenForms, bytes_of
from fla_batch.batching.make_part import PartOrder, make_part
from fla_batch.message import load
from fla_batch.vocabulary.errors import DiskTrouble
from fla_batch.vocabulary.terms import FormKind
from tests import builders as b
from tests.batching.test_desk import STARTED

FORMS = [b"<a/>", b"<bb/>", b"", b"<ccc/>", b"<d/>"]


def spooled(folder: Path) -> Spool:
    """Those forms in two files, with a job between them of which nothing is left."""
    spool = Spool(folder)
    for name, contents in (("1", FORMS[:2]), ("2", []), ("3", FORMS[2:])):
        written = WrittenForms()
        written.extend([SpooledForm(each, b"note\n", 1) for each in contents])
        written.set_down(folder, name)
        spool.add(written)
    return spool


@pytest.mark.parametrize("numbers", [[0, 1, 2, 3, 4], [4, 1, 0, 3], [1, 2, 3], [2], []])
def test_forms_come_in_the_order_that_is_asked_for(numbers: list[int], tmp_path: Path) -> None:
    spool = spooled(tmp_path)
    found = b"".join(bytes_of(spool.extents(numbers)))
    assert found == b"".join(FORMS[number] for number in numbers)


@pytest.mark.timeout(60)
def test_a_spool_that_was_cut_off_is_no_part(tmp_path: Path) -> None:
    """As a shared volume may show it to another machine, or a disk that fails."""
    spool = spooled(tmp_path)
    extents = list(spool.extents(range(len(FORMS))))
    extents[-1].path.write_bytes(b"<cc")
    target = tmp_path / "FI"
    order = PartOrder(target, b"<r>", b"</r>", extents, "fla-20250131", FormKind.TRAININGS, "key")
    with pytest.raises(DiskTrouble, match="cannot read the spool"):
        make_part(order)
    assert not target.exists()


def test_a_form_with_a_number_changes_nothing_for_others() -> None:
    """Threads share a maker: the number of one must not become that of another."""
    maker = FormMaker(load("fla-20250131"), "RUN", STARTED)
    numbered = maker.form(b.trainings(), 900).header.reference
    first, second = (maker.form(b.trainings()).header.reference for _ in range(2))
    assert numbered is not None
    assert numbered.reference_nbr == maker.reference(FormKind.TRAININGS, 900)
    wanted = [maker.reference(FormKind.TRAININGS, number) for number in (1, 2)]
    assert [each and each.reference_nbr for each in (first, second)] == wanted
