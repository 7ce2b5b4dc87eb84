"""The kind of an answer is told by its root, and only by that."""

from __future__ import annotations

from io import BytesIO

import pytest

from fla_batch.answers.answer_kinds import AnswerKind, kind_of
from fla_batch.system.xmlsafe import NotWellFormed, UnsafeXml
from tests.answers import messages


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (b"<ACRF/>", AnswerKind.ACKNOWLEDGEMENT),
        (b"<p:NOTIFICATION xmlns:p='urn:x'>", AnswerKind.NOTIFICATION),
        (b"<FLAAnswer>", AnswerKind.FLA_ANSWER),
        (b"<FLA/>", None),
        (b"<acrf/>", None),
    ],
)
def test_the_root_tells_the_kind(document: bytes, kind: AnswerKind | None) -> None:
    assert kind_of(BytesIO(document)) is kind


def test_the_root_of_consultation_answers_is_the_profiles() -> None:
    assert kind_of(BytesIO(b"<Reply/>"), answer_root="Reply") is AnswerKind.FLA_ANSWER
    assert kind_of(BytesIO(b"<FLAAnswer/>"), answer_root="Reply") is None


@pytest.mark.official
@pytest.mark.parametrize(
    ("sample", "kind"),
    [
        ("ACRF_20231_1.xml", AnswerKind.ACKNOWLEDGEMENT),
        ("NOTIFICATION_20224_1.xml", AnswerKind.NOTIFICATION),
        ("Dimona_20231_1.xml", None),
    ],
)
def test_the_portals_samples_are_told_apart(sample: str, kind: AnswerKind | None) -> None:
    assert kind_of(messages.official(f"samples/{sample}")) is kind


def test_what_has_no_root_is_refused() -> None:
    with pytest.raises(NotWellFormed):
        kind_of(BytesIO(b"%PDF-1.7"))
    with pytest.raises(UnsafeXml):
        kind_of(BytesIO(b"<!DOCTYPE ACRF><ACRF/>"))
