"""A yes by parts is a yes of the whole message, and what is valid is seldom doubted."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from fla_batch.message import MessageWriter, load, xsd_verdict
from fla_batch.message.samples import declarations
from fla_batch.message.verdict_by_parts import VerdictByParts
from fla_batch.message.xsd_verdict import SchemaValidator
from fla_batch.system.profile_record import schemas_folder
from fla_batch.vocabulary.terms import Verdict
from tests import builders as b
from tests.counts import COUNTED, count
from tests.message.profiles import OTHER, SHIPPED
from tests.message.test_xsd_verdict import GOOD, mutated
from tests.real_parts import real_part

GENERIC = schemas_folder() / "fla-generic"
XSD = "FLA_20251.xsd"


def by_parts(folder: Path) -> VerdictByParts | None:
    profile = load(folder)
    return SchemaValidator(profile, profile.declaration).by_parts


def said(tmp_path: Path, content: bytes, folder: Path = SHIPPED) -> bool:
    path = tmp_path / "message.xml"
    path.write_bytes(content)
    judge = by_parts(folder)
    assert judge is not None
    return judge.finds_valid(path)


@pytest.mark.parametrize("folder", [SHIPPED, OTHER, GENERIC], ids=lambda folder: folder.name)
def test_mutated_files_are_never_found_valid_by_parts_alone(
    folder: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    xmllint = real_part("xmllint")
    profile = load(folder)
    validator = SchemaValidator(profile, profile.declaration)
    judge = validator.by_parts
    assert judge is not None
    chance = random.Random(folder.name)
    names, writer = profile.identifications, MessageWriter(profile.declaration)
    forms = [b.form(each, n, names[each.kind]) for n, each in enumerate(declarations(), start=1)]
    seen: Counter[tuple[bool, Verdict]] = Counter()
    sure: list[Path] = []
    for number in range(count(700, 34_000)):
        path = tmp_path / f"{number:05d}.xml"
        path.write_bytes(mutated(b"".join(writer.message(chance.sample(forms, 2))), chance))
        verdict = validator.check(path, is_valid=False).verdict
        yes = judge.finds_valid(path)
        assert verdict is Verdict.VALID or not yes, path.read_bytes()
        seen[yes, verdict] += 1
        if yes and folder == SHIPPED:
            sure.append(path)
        else:
            path.unlink()
    if sure:
        schema = profile.declaration.schema
        told = subprocess.run(
            [xmllint, "--noout", "--nonet", "--schema", schema, *sure],
            check=False,
            capture_output=True,
        ).stderr.decode(errors="replace")
        assert len(re.findall(r"^\S+ validates$", told, re.MULTILINE)) == len(sure)
    # Remarks and the like are judged form by form, so that hardly a doubt is left.
    assert seen[True, Verdict.VALID] > 10 * seen[False, Verdict.VALID]
    assert seen[True, Verdict.VALID] > 30
    assert seen[False, Verdict.INVALID] > 300
    record_property(COUNTED, f"{folder.name}: {dict(seen)}")


def test_an_order_that_no_form_before_had_is_judged(tmp_path: Path) -> None:
    """Ten joint committees are allowed and eleven are not, though each of them is valid."""
    number = "<JointCommissionNbr>200</JointCommissionNbr>"
    forms = [b.form(b.rights(), 1), b.form(b.rights(), 2)]
    profile = load(SHIPPED)
    good = b"".join(MessageWriter(profile.declaration).message(forms)).decode()
    first, _, second = good.rpartition(number)
    assert said(tmp_path, good.encode())
    assert said(tmp_path, f"{first}{number * 10}{second}".encode())
    assert not said(tmp_path, f"{first}{number * 11}{second}".encode())


def test_a_judge_that_knows_the_forms_still_looks_at_the_head(tmp_path: Path) -> None:
    """Found on mutated files: an attribute of the root that the XSD has not."""
    judge, path = by_parts(SHIPPED), tmp_path / "message.xml"
    assert judge is not None
    path.write_bytes(GOOD)
    assert judge.finds_valid(path)
    path.write_bytes(GOOD.replace(b"<FLA ", b"<FLA odd='1' ", 1))
    assert not judge.finds_valid(path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<FLA ", '<FLA xmlns="urn:x" '),
        ("<FLA ", "<!-- <Form>\n<Form> --><FLA "),
        ("</FLA>", "<Form/></FLA>"),
        ("\n<Form>", "\n<!--\n<Form>"),
        ("<Scope>1<", "<Scope>]]><"),
        ("<Scope>1<", "<Scope>\ufffe<"),
        ("<Scope>1<", "<Scope>&nope;<"),
        ("<Scope>1<", "<Scope>1<!-- --></Scope><Scope>1<"),
        ("<Scope>1</Scope>", "<Scope/>"),
        ("</Form>\n<Form>", "</Form><Form>"),
    ],
)
def test_what_is_doubtful_is_doubted(tmp_path: Path, old: str, new: str) -> None:
    content = GOOD.decode()
    assert said(tmp_path, content.encode())
    changed = content.replace(old, new, 1)
    assert changed != content
    assert not said(tmp_path, changed.encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<Scope>1<", "<Scope>&#49;<"),
        ("<Scope>1<", "<Scope> 1\t<"),
        ("<Scope>1<", "<Scope>1<!-- remark --><"),
        ("<Scope>", "<Scope >"),
        ("<Employer>", "<?remark?><Employer>"),
        ("<TrainingDenomination>", "<TrainingDenomination><![CDATA[<b>]]>"),
        ("</Form>\n", "</Form> \n"),
    ],
)
def test_what_is_odd_is_judged_by_itself(tmp_path: Path, old: str, new: str) -> None:
    content = GOOD.decode()
    changed = content.replace(old, new, 1)
    assert changed != content
    assert said(tmp_path, changed.encode())


FORM = '<xs:element name="Form" type="FormType">'
SCOPE = '<xs:element name="Scope">'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (SCOPE, '<xs:element name="Scope" nillable="true">'),
        (SCOPE, '<xs:element name="Scope" default="1">'),
        (SCOPE, '<xs:element name="Scope" fixed="1">'),
        ('name="FormType">', 'name="FormType" mixed="true">'),
        ('ref="Form" maxOccurs="unbounded"', 'ref="Form" maxOccurs="500"'),
        (
            FORM,
            FORM + '<xs:unique name="u"><xs:selector xpath="."/><xs:field xpath="x"/></xs:unique>',
        ),
        (
            '<xs:element ref="FormCreationHour"/>',
            '<xs:element ref="FormCreationHour"/><xs:any minOccurs="0" namespace="urn:x"/>',
        ),
        ('<xs:restriction base="xs:string">', '<xs:restriction base="xs:ID">'),
    ],
)
def test_an_xsd_that_looks_further_is_not_judged_by_parts(
    tmp_path: Path, old: str, new: str
) -> None:
    folder = shutil.copytree(SHIPPED, tmp_path / "profile")
    text = (folder / XSD).read_text(encoding="utf-8")
    assert old in text
    head, _, tail = text.partition(old)
    if old == FORM:  # identity constraints stand last
        inside, _, rest = tail.partition("</xs:element>")
        (folder / XSD).write_text(f"{head}{FORM}{inside}{new[len(FORM) :]}</xs:element>{rest}")
    else:
        (folder / XSD).write_text(head + new + tail, encoding="utf-8")
    assert by_parts(SHIPPED) is not None
    assert by_parts(folder) is None


def test_a_large_message_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever checks a part of a batch does not see how: only that libxml2 has not read all."""
    profile = load(SHIPPED)
    validator = SchemaValidator(profile, profile.declaration)
    path = tmp_path / "message.xml"
    path.write_bytes(GOOD)
    streamed: list[Path] = []

    def stream(path: Path) -> list[str]:
        streamed.append(path)
        return []

    monkeypatch.setattr(validator, "_stream", stream)
    assert validator.check(path).verdict is Verdict.VALID
    assert streamed == [path]
    monkeypatch.setattr(xsd_verdict, "LARGE_BYTES", 1)
    assert validator.check(path).verdict is Verdict.VALID
    assert streamed == [path]
    path.write_bytes(path.read_bytes().replace(b"<Scope>1<", b"<Scope>7<", 1))
    validator.check(path)
    assert streamed == [path] * 2
