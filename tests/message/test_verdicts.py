"""Clean and faulty are never wrong: over constructs of an XSD, a verdict has its witness."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from random import Random

from fla_batch.message import MessageWriter, load
from fla_batch.message.conformity import ProfileVerdict, examined
from fla_batch.message.xsd_verdict import SchemaValidator
from fla_batch.vocabulary.terms import Verdict
from tests import builders as b
from tests.counts import COUNTED, count
from tests.message.profiles import SHIPPED
from tests.message.test_shapes import message

XSD = "FLA_20251.xsd"
CONSTRUCTS = [
    ('<xs:maxInclusive value="1560000"/>', '<xs:maxInclusive value="1000000"/>'),
    ('<xs:maxInclusive value="1560000"/>', '<xs:maxInclusive value="9000000"/>'),
    ('<xs:maxInclusive value="1560000"/>', '<xs:maxExclusive value="1560000"/>'),
    ('<xs:minLength value="3"/>', '<xs:minLength value="4"/>'),
    ('<xs:minLength value="3"/>', '<xs:pattern value=".{3,}"/>'),
    ('<xs:minLength value="3"/>', r'<xs:minLength value="3"/><xs:pattern value="[\s\S]*"/>'),
    (r"\d{3}(\.\d{2}){0,2}", r"\d{3}"),
    (r"\d{3}(\.\d{2}){0,2}", r"[0-9]{3}(\.[0-9]{2})?(\.[0-9]{2})?"),
    ('ref="TrainingStatus" minOccurs="0"', 'ref="TrainingStatus"'),
    ('ref="JointCommissionNbr" maxOccurs="10"', 'ref="JointCommissionNbr" maxOccurs="2"'),
    ('ref="Training" minOccurs="0" maxOccurs="999"', 'ref="Training" minOccurs="0"'),
    ('<xs:element ref="Scope"/>', '<xs:element ref="Scope" minOccurs="0"/>'),
]


def test_a_verdict_has_its_witness(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    pairs = [[each] for each in CONSTRUCTS] + [list(each) for each in combinations(CONSTRUCTS, 2)]
    chosen = pairs[: len(CONSTRUCTS)] + Random(1).sample(pairs[len(CONSTRUCTS) :], count(4, 54))
    seen = dict.fromkeys(ProfileVerdict, 0)
    for number, edits in enumerate(chosen):
        folder = shutil.copytree(SHIPPED, tmp_path / str(number))
        text = (folder / XSD).read_text(encoding="utf-8")
        for old, new in edits:
            text = text.replace(old, new)
        (folder / XSD).write_text(text, encoding="utf-8")
        profile = load(folder)
        verdict = examined(profile).verdict
        seen[verdict] += 1
        path, forms = message(profile, profile.declaration, tmp_path)
        # What the samples of whole declarations do not have: a line end, a second training.
        second = b.training(training_denomination="line\nend", training_sequence_nbr=2)
        body = b.trainings(b.training(), second)
        writer = MessageWriter(profile.declaration)
        path.write_bytes(b"".join(writer.message([*forms, b.form(body, 9_999)])))
        valid = SchemaValidator(profile, profile.declaration).check(path).verdict is Verdict.VALID
        if verdict is not ProfileVerdict.UNDECIDED:
            assert valid is (verdict is ProfileVerdict.CLEAN), edits
    assert seen[ProfileVerdict.CLEAN]
    assert seen[ProfileVerdict.FAULTY]
    record_property(COUNTED, f"{len(chosen)} XSDs: {seen[ProfileVerdict.CLEAN]} clean")
