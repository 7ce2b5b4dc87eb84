"""The XSD's verdict: each kind of error with its place, and never a "yes" by accident."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from fla_batch.message import MessageWriter, load
from fla_batch.message.samples import declarations
from fla_batch.message.xsd_verdict import SchemaCheck, SchemaValidator
from fla_batch.vocabulary.errors import ProfileMistake
from fla_batch.vocabulary.terms import Verdict
from tests import builders as b
from tests.message.profiles import OTHER, SHIPPED
from tests.real_parts import real_part

PROFILE = load(SHIPPED)
VALIDATOR = SchemaValidator(PROFILE, PROFILE.declaration)
WRITER = MessageWriter(PROFILE.declaration)
GOOD = b"".join(
    WRITER.message(
        [
            b.form(b.trainings(b.training(b.period(), b.period()))),
            b.form(b.rights(b.legal(), (b.sector(),)), 2),
            b.form(b.trainings(employee=b.employee(inss=b.inss(3))), 3),
        ]
    )
)


def check(tmp_path: Path, content: bytes, validator: SchemaValidator = VALIDATOR) -> SchemaCheck:
    path = tmp_path / "message.xml"
    path.write_bytes(content)
    return validator.check(path)


def broken(old: str, new: str, content: bytes = GOOD) -> bytes:
    assert old.encode() in content, old
    return content.replace(old.encode(), new.encode(), 1)


def test_a_valid_message(tmp_path: Path) -> None:
    outcome = check(tmp_path, GOOD)
    assert (outcome.verdict, outcome.errors, outcome.total, outcome.why) == (
        Verdict.VALID,
        (),
        0,
        None,
    )
    assert (outcome.schema, outcome.fingerprint) == ("FLA_20251.xsd", PROFILE.fingerprint)


FORM = "/FLA/Form[1]"
TRAINING = f"{FORM}/Trainings/Training"


@pytest.mark.parametrize(
    ("old", "new", "code", "tag", "path", "explanation"),
    [
        (
            "<Scope>1</Scope>",
            "",
            "091",
            "DetailsPerPeriod",
            f"{TRAINING}/DetailsPerPeriod[1]",
            "Tag 'Scope' expected",
        ),
        ("<INSS>", "<Nope/><INSS>", "091", "Nope", f"{FORM}/Employee/Nope", "Unexpected child"),
        (
            "<Scope>1</Scope>",
            "<Scope>9</Scope>",
            "008",
            "Scope",
            f"{TRAINING}/Scope",
            "or equal than 2",
        ),
        (
            "<TrainingSequenceNbr>1<",
            "<TrainingSequenceNbr>0<",
            "008",
            "TrainingSequenceNbr",
            f"{TRAINING}/TrainingSequenceNbr",
            "greater",
        ),
        ("<Scope>1<", "<Scope>one<", "002", "Scope", f"{TRAINING}/Scope", "'one' is no number"),
        ("<Scope>1<", "<Scope><", "002", "Scope", f"{TRAINING}/Scope", "'' is no number"),
        (
            "First aid at work",
            "ab",
            "093",
            "TrainingDenomination",
            f"{TRAINING}/TrainingDenomination",
            "length",
        ),
        (
            "First aid at work",
            "x" * 501,
            "093",
            "TrainingDenomination",
            f"{TRAINING}/TrainingDenomination",
            "length",
        ),
        (
            "<TrainingStartDate>2024-02-05<",
            "<TrainingStartDate>2024-02-30<",
            "003",
            "TrainingStartDate",
            f"{TRAINING}/DetailsPerPeriod[1]/TrainingStartDate",
            None,
        ),
        (
            "<Identification>FLA002<",
            "<Identification>FLA999<",
            "003",
            "Identification",
            f"{FORM}/Identification",
            "must be one of",
        ),
        (
            "<CalendarYear>2024</CalendarYear>",
            "<CalendarYear>2024</CalendarYear><CalendarYear>2024</CalendarYear>",
            "091",
            "CalendarYear",
            f"{FORM}/CalendarYear[2]",
            "Unexpected child",
        ),
        ("<Form>", '<Form version="2">', "003", "Form", FORM, "'version'"),
    ],
)
def test_each_kind_of_error(
    tmp_path: Path, old: str, new: str, code: str, tag: str, path: str, explanation: str | None
) -> None:
    outcome = check(tmp_path, broken(old, new))
    error = outcome.errors[0]
    assert outcome.verdict is Verdict.INVALID
    assert (error.code, error.tag, error.path) == (code, tag, path)
    assert (error.form, error.line) == (1, 3)
    assert (error.company_id, error.inss) == (b.company_id(), b.inss())
    assert error.reason
    if explanation:
        assert explanation in (error.explanation or "")


def test_a_block_that_ends_too_early_lacks_something(tmp_path: Path) -> None:
    outcome = check(tmp_path, broken("<JointCommissionNbr>200</JointCommissionNbr>", ""))
    (error,) = outcome.errors
    assert (error.code, error.tag) == ("001", "LegalFlaRight")
    assert (error.form, error.line) == (2, 4)
    assert "JointCommissionNbr" in (error.explanation or "")


def test_errors_of_several_forms_are_all_found(tmp_path: Path) -> None:
    content = GOOD.replace(b"<CalendarYear>2024<", b"<CalendarYear>1950<").replace(
        b"<Scope>1<", b"<Scope>7<"
    )
    outcome = check(tmp_path, content)
    assert [(error.form, error.tag) for error in outcome.errors] == [
        (1, "CalendarYear"),
        (1, "Scope"),
        (2, "CalendarYear"),
        (3, "CalendarYear"),
        (3, "Scope"),
    ]
    assert outcome.errors[-1].inss == b.inss(3)
    assert outcome.total == 5


def test_a_capped_list_keeps_the_true_total(tmp_path: Path) -> None:
    bodies = [b.trainings(calendar_year=1950)] * 250
    forms = [b.form(body, number) for number, body in enumerate(bodies, start=1)]
    outcome = check(tmp_path, b"".join(WRITER.message(forms)))
    assert (len(outcome.errors), outcome.total) == (100, 250)
    assert all(error.explanation for error in outcome.errors)
    path = tmp_path / "message.xml"
    assert len(VALIDATOR.check(path, most_shown=3).errors) == 3
    assert VALIDATOR.check(path, most_shown=0).total == 250


def test_errors_around_the_forms_are_not_lost_among_those_within(tmp_path: Path) -> None:
    outcome = check(tmp_path, broken("</FLA>", "<Odd/></FLA>", broken("<Scope>1<", "<Scope>7<")))
    assert [(error.tag, error.form) for error in outcome.errors] == [("Scope", 1), ("File", 0)]
    assert outcome.total == 2
    alone = check(tmp_path, broken("</FLA>", "<Odd/></FLA>"))
    assert [(error.code, error.path) for error in alone.errors] == [("090", "/")]
    assert "Odd" in alone.errors[0].reason


@pytest.mark.parametrize(
    ("content", "code", "reason"),
    [
        (b"", "102", "empty"),
        (b"not XML at all", "102", "not well-formed"),
        (GOOD[:-100], "102", "not well-formed"),
        (GOOD.replace(b"<FLA ", b"<!DOCTYPE FLA [<!ENTITY x 'y'>]><FLA "), "102", "DOCTYPE"),
        (GOOD.replace(b"First aid", b"\xff\xfe"), "102", "not well-formed"),
        (b"<FLA/>", "090", "Missing child element"),
        (b"<Trainings/>", "089", "the root is Trainings, not FLA"),
        (b"<Form><Identification/></Form>", "089", "the root is Form, not FLA"),
        (GOOD.replace(b"<FLA ", b'<FLA xmlns="urn:x" '), "089", "No matching global declaration"),
        (GOOD.replace(b"</FLA>", b"</FLA><FLA/>"), "102", "not well-formed"),
    ],
)
def test_what_is_no_message_at_all(tmp_path: Path, content: bytes, code: str, reason: str) -> None:
    outcome = check(tmp_path, content)
    assert outcome.verdict is Verdict.INVALID
    assert outcome.total >= 1
    assert outcome.errors[0].code == code
    assert reason in outcome.errors[0].reason


def test_a_national_number_in_a_reason_is_masked(tmp_path: Path) -> None:
    outcome = check(tmp_path, broken("<Scope>1<", f"<Scope>{b.inss()}<"))
    for error in outcome.errors:
        assert b.inss() not in error.reason + (error.explanation or "")
        assert f"*********{b.inss()[-2:]}" in error.reason
        assert error.inss == b.inss()  # the field is for exports; messages are masked


@pytest.mark.parametrize("what", ["missing", "folder"])
def test_r24_a_check_that_could_not_be_made_is_not_checked(tmp_path: Path, what: str) -> None:
    path = tmp_path / "message.xml"
    if what == "folder":
        path.mkdir()
    outcome = VALIDATOR.check(path)
    assert outcome.verdict is Verdict.NOT_CHECKED
    assert "Error" in (outcome.why or "")
    assert outcome.errors == ()


def test_r24_a_crash_in_an_engine_is_not_checked(tmp_path: Path) -> None:
    """The explaining engine cannot open its schema any more: whatever went wrong, it is no yes."""
    folder = shutil.copytree(SHIPPED, tmp_path / "mine")
    profile = load(folder)
    validator = SchemaValidator(profile, profile.declaration)
    shutil.rmtree(folder)
    outcome = check(tmp_path, broken("<Scope>1<", "<Scope>7<"), validator)
    assert outcome.verdict is Verdict.NOT_CHECKED
    assert outcome.why


UNHEARD_OF = r'<xs:pattern value="\p{IsUnheardOf}"/>'


def with_pattern(tmp_path: Path, after: str) -> SchemaValidator:
    """The shipped schema with a pattern in it whose block of characters nobody knows."""
    folder = shutil.copytree(SHIPPED, tmp_path / "mine")
    path = folder / "FLA_20251.xsd"
    text = path.read_text("utf-8")
    assert after in text
    path.write_text(text.replace(after, after + UNHEARD_OF, 1))
    profile = load(folder)
    return SchemaValidator(profile, profile.declaration)


def test_r24_an_internal_error_of_libxml2_is_not_checked(tmp_path: Path) -> None:
    """It compiles that pattern, and gives up when a value meets it."""
    validator = with_pattern(tmp_path, '<xs:maxLength value="9"/>')
    outcome = check(tmp_path, GOOD, validator)
    assert outcome.verdict is Verdict.NOT_CHECKED
    assert "Internal error" in (outcome.why or "")


def test_a_schema_that_cannot_be_explained_still_judges(tmp_path: Path) -> None:
    """xmlschema refuses that pattern anywhere; no value of these forms meets it."""
    validator = with_pattern(tmp_path, '<xs:enumeration value="LEGAL"/>')
    assert check(tmp_path, GOOD, validator).verdict is Verdict.VALID
    outcome = check(tmp_path, broken("<Scope>1<", "<Scope>7<"), validator)
    (error,) = outcome.errors
    assert (outcome.verdict, error.tag, error.explanation) == (Verdict.INVALID, "Scope", None)


@pytest.mark.parametrize(
    "content", [b"", b"<xs:schema", b"<a/>", b"<!DOCTYPE a [<!ENTITY e SYSTEM 'x'>]><a>&e;</a>"]
)
def test_an_xsd_that_is_none_is_a_mistake_of_the_profile(tmp_path: Path, content: bytes) -> None:
    folder = shutil.copytree(SHIPPED, tmp_path / "mine")
    (folder / "FLA_20251.xsd").write_bytes(content)
    with pytest.raises(
        ProfileMistake, match=r"FLA_20251.xsd:\d+ (is not an XSD|declares entities)"
    ):
        load(folder)


def test_a_schema_whose_form_is_no_global_element_and_has_a_namespace(tmp_path: Path) -> None:
    other = load(OTHER)
    names = other.identifications
    forms = [
        b.form(body, number, names[body.kind])
        for number, body in enumerate(
            [b.trainings(), b.trainings(b.training(scope=1, training_result=9))], start=1
        )
    ]
    content = b"".join(MessageWriter(other.declaration).message(forms))
    outcome = check(tmp_path, content, SchemaValidator(other, other.declaration))
    (error,) = outcome.errors
    # The path is the file's, the zone is ours: its label, worker and texts are known.
    assert error.path == "/learningAccount/declaration[2]/content/courses/course/outcome"
    assert (error.tag, error.code) == ("TrainingResult", "008")
    assert (error.company_id, error.inss) == (b.company_id(), b.inss())
    assert (error.line, error.form) == (4, 2)
    assert "or equal than 5" in (error.explanation or "")


def test_a_schema_error_as_an_anomaly(tmp_path: Path) -> None:
    (error,) = check(tmp_path, broken("<Scope>1<", "<Scope>7<")).errors
    anomaly = error.to_anomaly("FI.xml")
    assert (anomaly.anomaly_class, anomaly.error_id, anomaly.rule) == ("B", "Scope-008", "schema")
    assert (anomaly.company_id, anomaly.inss) == (b.company_id(), b.inss())
    assert (anomaly.source.file, anomaly.source.row) == ("FI.xml", 3)
    assert (anomaly.label.fr or "").startswith(
        "Champ d'application du FLA - Hors du domaine autorisé : "
    )
    assert (anomaly.label.nl or "").startswith("Toepassingsgebied van de FLA - Buiten")


@given(st.binary() | st.text("<>/ =FLAForm\"'&;").map(str.encode))
def test_random_bytes_are_invalid(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "random.xml"
    path.write_bytes(content)
    assert VALIDATOR.check(path).verdict is Verdict.INVALID


VALUES = ["", "0", "-1", "x", "1e3", " 1 ", "01", "9" * 12, "é" * 501]


def mutated(content: bytes, chance: random.Random) -> bytes:
    """`content` with one accident: in a value, an element, a tag, or the bytes themselves."""
    text = content.decode()
    leaves = list(re.finditer(r"<(\w+)>([^<]*)</\1>", text))
    leaf, another = chance.choice(leaves), chance.choice(leaves)
    tag = leaf[1]
    accidents = [
        f"<{tag}>{chance.choice(VALUES)}</{tag}>",
        f"<{tag}>{another[2]}</{tag}>",
        "",
        leaf[0] * 2,
        another[0] + leaf[0],
        f"<{another[1]}>{leaf[2]}</{another[1]}>",
        f"<Unheard>{leaf[2]}</Unheard>",
        f"<{tag}> {leaf[2]}</{tag}>",
        f"<!-- remark -->{leaf[0]}",
        f"<{tag} odd='1'>{leaf[2]}</{tag}>",
        f"<{tag}>{leaf[2]}</{tag}x>",
        f"<{tag}>&amp;&#65;&nope;</{tag}>",
        f"<{tag} xmlns='urn:x'>{leaf[2]}</{tag}>",
        f"text{leaf[0]}",
    ]
    changed = text[: leaf.start()] + chance.choice(accidents) + text[leaf.end() :]
    data = bytearray(changed.encode())
    if chance.random() < 0.1:
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data if chance.random() > 0.03 else data[: chance.randrange(len(data))])


def test_r25_two_engines_agree_on_500_mutated_files(tmp_path: Path) -> None:
    xmllint = real_part("xmllint")
    chance = random.Random(20250131)
    forms = [b.form(body, number) for number, body in enumerate(declarations(), start=1)]
    files: dict[str, Verdict] = {}
    for number in range(500):
        chosen = chance.sample(forms, 2)
        path = tmp_path / f"{number:03d}.xml"
        path.write_bytes(mutated(b"".join(WRITER.message(chosen)), chance))
        files[str(path)] = VALIDATOR.check(path).verdict
    # One process reads the schema once; it tells "x.xml validates" or not for each file.
    said = subprocess.run(
        [xmllint, "--noout", "--nonet", "--schema", PROFILE.declaration.schema, *files],
        check=False,
        capture_output=True,
    ).stderr.decode(errors="replace")
    valid = set(re.findall(r"^(\S+) validates$", said, re.MULTILINE))
    ours = {path for path, verdict in files.items() if verdict is Verdict.VALID}
    assert ours == valid
    counts = Counter(files.values())
    assert counts[Verdict.NOT_CHECKED] == 0
    assert counts[Verdict.VALID] > 25  # or the mutations would prove nothing
    assert counts[Verdict.INVALID] > 300


def test_r27_the_total_is_the_engines_own(tmp_path: Path) -> None:
    """Errors within the forms and around them are as many as one pass over the file finds."""
    schema = etree.XMLSchema(file=str(PROFILE.declaration.schema))
    chance = random.Random(7)
    content, compared = GOOD, 0
    for _ in range(60):
        accident = mutated(content, chance)
        try:
            tree = etree.fromstring(accident)
        except etree.XMLSyntaxError:
            continue
        content = accident if compared % 6 else GOOD
        schema.validate(tree)
        found = len(list(cast("Iterable[object]", schema.error_log)))
        assert check(tmp_path, accident).total == found
        compared += found > 0
    assert compared > 30
