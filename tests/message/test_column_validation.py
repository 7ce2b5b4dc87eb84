"""What is cleared by columns has no anomaly, and whatever else is said is said all the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from fla_batch.message import MessageWriter, load, validation
from fla_batch.message.column_validation import Clearing
from fla_batch.message.form_lines import FormLines, NotByLines
from fla_batch.models import Declaration, DeclarationKey
from fla_batch.rules import RuleContext
from fla_batch.vocabulary.terms import FormKind, Verdict
from tests import builders as b
from tests.message.profiles import PROFILES
from tests.strategies import VALID, valid_trainings
from tests.validating import Validated, validated

CONTEXT = RuleContext(today=date(2026, 1, 1))


def written(folder: Path, name: str, *bodies: Declaration) -> Path:
    profile = load(PROFILES[name])
    names = profile.identifications
    forms = [b.form(body, number, names[body.kind]) for number, body in enumerate(bodies, 1)]
    path = folder / "FI.xml"
    path.write_bytes(b"".join(MessageWriter(profile.declaration).message(forms)))
    return path


def left(path: Path, name: str = "shipped", context: RuleContext = CONTEXT) -> list[int]:
    """Numbers of the forms that were not cleared."""
    profile = load(PROFILES[name])
    lines = FormLines(profile.declaration)
    clearing = Clearing(lines.places, profile, context)
    found, before = [], 0
    for block in lines.blocks(path):
        found += [before + each.index + 1 for each in clearing.left_over(block)]
        before += len(block)
    return found


def form_by_form(path: Path, name: str = "shipped") -> Validated:
    """The reference: every form is read and goes through all rules."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validation, "_by_lines", lambda *_: None)
        return validated(path, load(PROFILES[name]), CONTEXT)


def compare(path: Path, name: str = "shipped") -> Validated:
    result = validated(path, load(PROFILES[name]), CONTEXT)
    assert result == form_by_form(path, name)
    return result


def some() -> list[Declaration]:
    """Two that are fine, one with wrong check digits, one with two periods, rights, a warning."""
    wrong = b.inss(3)[:-2] + "00"
    two_periods = b.training(b.period(), b.period(training_start_date=date(2024, 2, 6)))
    return [
        b.trainings(b.training(), b.training(training_sequence_nbr=2, training_denomination="B2C")),
        b.trainings(employee=b.employee(inss=b.inss(2), language=2)),
        b.trainings(employee=b.employee(inss=wrong)),
        b.trainings(two_periods, employee=b.employee(inss=b.inss(4))),
        b.rights(),
        b.trainings(b.training(training_denomination="R&D"), employee=b.employee(inss=b.inss(5))),
    ]


@pytest.mark.parametrize("name", PROFILES)
def test_only_what_leaves_a_question_is_left_over(name: str, tmp_path: Path) -> None:
    path = written(tmp_path, name, *some())
    assert left(path, name) == [3, 6]
    result = compare(path, name)
    assert result.check.verdict is Verdict.VALID
    assert result.forms == 6
    assert [each.error_id for each in result.anomalies] == ["INSS-004", "TrainingDenomination-003"]
    lines = path.read_text(encoding="utf-8").splitlines()
    assert b.inss(3)[:-2] + "00" in lines[(result.anomalies[0].source.row or 0) - 1]


@pytest.mark.parametrize("block_bytes", [10, 700, 5_000])
def test_blocks_end_anywhere(tmp_path: Path, block_bytes: int) -> None:
    path = written(tmp_path, "shipped", *some())
    head = path.read_bytes().index(b"<Form>")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fla_batch.message.form_lines.BLOCK_BYTES", head + block_bytes)
        assert left(path) == [3, 6]
        compare(path)


def test_with_a_history_those_that_it_may_hold_are_asked_about(tmp_path: Path) -> None:
    class One:
        def may_hold(self, key: DeclarationKey) -> bool:
            return key.inss == b.inss(2)

        def last_accepted(self, key: object) -> None:
            return None

        def had_legal_right(self, key: object) -> bool:
            return False

    path = written(tmp_path, "shipped", *some()[:2])
    assert left(path, context=RuleContext(today=date(2026, 1, 1), history=One())) == [2]


def sub(pattern: str, replacement: str) -> Callable[[str], str]:
    return lambda text: re.sub(pattern, replacement, text, count=1)


ODD: dict[str, Callable[[str], str]] = {
    "a comment": sub("<CalendarYear>", "<!-- <Form> --><CalendarYear>"),
    "a comment within a value": sub("(<CalendarYear>20)", r"\1<!-- -->"),
    "a processing instruction": sub("<Employer>", "<?x y?><Employer>"),
    "CDATA": sub("(<TrainingDenomination>)([^<]*)", r"\1<![CDATA[\2]]>"),
    "a reference": sub("<CalendarYear>2", "<CalendarYear>&#50;"),
    "blanks around a value": sub("<CalendarYear>2024", "<CalendarYear> 2024 "),
    "leading zeros": sub("<Scope>1", "<Scope>01"),
    "a plus sign": sub("<Scope>1", "<Scope>+1"),
    "a value of another type": sub("<Scope>1", "<Scope>one"),
    "an attribute": sub("<Scope>", '<Scope xml:lang="en">'),
    "an empty zone": sub("<Language>2", "<Language>"),
    "a short empty zone": sub("<Scope>1</Scope>", "<Scope/>"),
    "an unknown zone": sub("<Scope>1</Scope>", "<Scope>1</Scope><Scoop>1</Scoop>"),
    "a zone twice": sub("<Scope>1</Scope>", "<Scope>1</Scope><Scope>1</Scope>"),
    "a missing zone": sub("<Scope>1</Scope>", ""),
    "text between blocks": sub("<Employee>", "text<Employee>"),
    "blanks between blocks": sub("<Employee>", " <Employee> "),
    "a line end between blocks": sub("<Employee>", "\n<Employee>"),
    "two forms on a line": sub("</Form>\n", "</Form>"),
    "a line end within a value": sub("(<TrainingDenomination>)", r"\1two\nlines"),
    "an empty line": sub("</Form>\n", "</Form>\n\n"),
    "an empty line at the end": lambda text: text + "\n\n",
    "something behind the end": lambda text: text + "<!-- end -->",
    "no line end at the end": str.rstrip,
    "line ends of another system": lambda text: text.replace("\n", "\r\n"),
    "indented": lambda text: text.replace("<Form>", "  <Form>"),
    "another prolog": lambda text: text.replace("<FLA", "<!-- made by hand -->\n<FLA", 1),
    "no prolog": sub(r"<\?xml[^>]*\?>\n", ""),
    "the first form beside the root": sub("\n<Form>", "<Form>"),
    "cut off": lambda text: text[: len(text) * 2 // 3],
    "a DOCTYPE": sub("\n<FLA", "\n<!DOCTYPE FLA>\n<FLA"),
    "an end of form in between": sub("<Employer>", "</Form>\n<Form><Employer>"),
    "no trainings": sub("<Training>.*?</Trainings>", "</Trainings>"),
}


@pytest.mark.parametrize("odd", ODD)
def test_odd_messages_are_judged_form_by_form(tmp_path: Path, odd: str) -> None:
    path = written(tmp_path, "shipped", *some())
    text = path.read_text(encoding="utf-8")
    changed = ODD[odd](text)
    assert changed != text
    path.write_bytes(changed.encode())
    compare(path)


def test_a_form_beside_the_root_is_looked_at_though_all_others_are_cleared(tmp_path: Path) -> None:
    path = written(tmp_path, "shipped", some()[2], *some()[:2])
    path.write_text(path.read_text(encoding="utf-8").replace("\n<Form>", "<Form>", 1))
    result = compare(path)
    assert result.forms == 3
    assert [each.error_id for each in result.anomalies] == ["INSS-004"]


def test_another_encoding_is_not_read_by_lines(tmp_path: Path) -> None:
    path = written(tmp_path, "shipped", *some())
    text = path.read_text(encoding="utf-8").replace("UTF-8", "ISO-8859-1", 1)
    path.write_bytes(text.replace("B2C", "été").encode("iso-8859-1"))
    with pytest.raises(NotByLines):
        left(path)
    assert compare(path).check.verdict is Verdict.VALID


@pytest.mark.parametrize("odd", [b"\xff", b"\xed\xa0\x80", b"\x00", b"\x0b", b"\xc3"])
def test_bytes_that_are_no_text(tmp_path: Path, odd: bytes) -> None:
    path = written(tmp_path, "shipped", *some())
    path.write_bytes(path.read_bytes().replace(b"B2C", b"B" + odd + b"C", 1))
    assert compare(path).check.verdict is Verdict.INVALID


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(sorted(PROFILES)),
    bodies=st.lists(VALID | valid_trainings(), min_size=1, max_size=5),
    old=st.sampled_from(["2024", "1", ">1<", "00", "-0", "76"]),
    new=st.sampled_from(["2024", "2", ">4<", "01", "-1", ">>", "9" * 19, "é", "&amp;"]),
)
def test_changed_texts_are_judged_alike(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    bodies: list[Declaration],
    old: str,
    new: str,
) -> None:
    path = written(tmp_path_factory.mktemp("clearing"), name, *bodies)
    head, form, rest = path.read_text(encoding="utf-8").partition(
        f"<{load(PROFILES[name]).declaration.form}>"
    )
    path.write_text(head + form + rest.replace(old, new, 2), encoding="utf-8")
    result = compare(path, name)
    trainings = any(body.kind is FormKind.TRAININGS for body in bodies)
    event(f"{result.check.verdict.value}, trainings {trainings}")


@pytest.mark.parametrize(
    "lines",
    [
        ["<Form/><Form/>", "<!-- none -->"],
        ["<Form/><!--", "<Form/>", "--><Form/>"],
        ["<!--", "--><Form/><Form/>"],
        ["<Form/>", ""],
    ],
)
def test_each_form_is_that_of_its_line(lines: list[str]) -> None:
    shape = load("fla-20250131").declaration
    form_lines, head = FormLines(shape), MessageWriter(shape).around(1)[0]
    written = [line.replace("Form", shape.form).encode() for line in lines]
    alone = f"<{shape.form}/>".encode()
    assert len(list(form_lines.forms(head, [alone] * 250))) == 250
    with pytest.raises(NotByLines):
        list(form_lines.forms(head, written))
