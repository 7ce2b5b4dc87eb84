"""Our schemas of ACRF and NOTIFICATION judge as the portal's own do.

Samples and mutants of every element: removed, doubled, renamed, swapped with the next one, and
with other texts. SOURCE.md names the places where ours are wider on purpose; nowhere are they
narrower than what the portal may send.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from fla_batch.answers.blocks import FileReference, PortalHeader, PortalReference
from fla_batch.answers.notification import AnomalyLocation, AnomalyReport
from tests.answers import messages

REPORT = AnomalyReport(
    "FLA39-008",
    "TrainingHours",
    "-5",
    "B",
    "Outside the allowed range",
    location=AnomalyLocation("12", "3", "1,1,7,2"),
    path=(("CompanyID", "0880820673"), ("INSS", "81511716525"), ("CalendarYear", "2024")),
)
FULL_NOTIFICATION = messages.notification(
    messages.notification_form(
        result_code="0",
        file_reference=FileReference(messages.GO_NAME, "2", "3400001Y1P01G"),
        sender_id="123456",
        handled_original_form=PortalHeader.at(messages.NOW, "FLA001", "SU"),
        references=(PortalReference("1", "1", "OURS"), PortalReference("1", "2", "THEIRS")),
        noss_registration_nbr="0",
        company_id="0880820673",
        inss="81511716525",
        concerned_quarter="20251",
        diagnoses=("1", "2"),
        anomaly_reports=(REPORT, REPORT._replace(location=None, path=())),
        application_data="<Own><Zone>1</Zone></Own>",
    )
).getvalue()
FULL_ACRF = messages.acknowledgements(
    messages.acknowledgement(result_code="0", error_ids=("ACRF-125", "ACRF-120"))
).getvalue()
TEXTS = (
    "",
    "0",
    "1",
    "9",
    "10",
    "-1",
    "x",
    "x" * 21,
    "x" * 501,
    "2025-02-30",
    "10:15",
    "99999999999",
)
# Blocks whose content our schema leaves open, and what differs by the quarter of the schema.
WIDER_WITHIN = {"HandledOriginalFile", "NaturalPerson", "WorkerRecordIdentification", "Path"}


@cache
def schemas(name: str) -> tuple[etree.XMLSchema, etree.XMLSchema]:
    """Ours and the portal's."""
    official = {"ACRF": "ACRF_20231.xsd", "NOTIFICATION": "NOTIFICATION_20223.xsd"}[name]
    paths = (messages.PORTAL_SCHEMAS / f"{name}.xsd", messages.official(f"xsd/{official}"))
    ours, theirs = (etree.XMLSchema(file=str(path)) for path in paths)
    return ours, theirs


def mutants(document: bytes) -> Iterator[tuple[str, etree._Element, bool]]:
    """What was done, the mutant's root, and whether ours may be wider about it."""
    root = etree.fromstring(document)
    for position, element in enumerate(list(root.iter())[1:], start=1):
        within = {str(parent.tag) for parent in element.iterancestors()}
        wider = bool(WIDER_WITHIN & (within | {str(element.tag)}))
        for what, mutate in {
            "removed": _remove,
            "doubled": _double,
            "renamed": _rename,
            "swapped": _swap,
        }.items():
            mutant = deepcopy(root)
            mutate(list(mutant.iter())[position])
            yield f"{element.tag} {what}", mutant, wider
        for text in TEXTS if len(element) == 0 else ():
            mutant = deepcopy(root)
            list(mutant.iter())[position].text = text
            yield f"{element.tag} = {text!r}", mutant, wider


def _parent(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    assert parent is not None
    return parent


def _remove(element: etree._Element) -> None:
    _parent(element).remove(element)


def _double(element: etree._Element) -> None:
    element.addnext(deepcopy(element))


def _rename(element: etree._Element) -> None:
    element.tag = "Novelty"


def _swap(element: etree._Element) -> None:
    following = element.getnext()
    if following is not None:
        following.addnext(element)


@pytest.mark.official
@pytest.mark.parametrize("sample", ["ACRF_20231_1.xml", "NOTIFICATION_20224_1.xml"])
def test_both_accept_the_portals_sample(sample: str) -> None:
    tree = etree.parse(messages.official(f"samples/{sample}"))
    ours, theirs = schemas(sample.partition("_")[0])
    assert theirs.validate(tree), theirs.error_log
    assert ours.validate(tree), ours.error_log


@pytest.mark.official
@pytest.mark.parametrize(
    ("name", "document", "rejected_at_least"),
    [("ACRF", FULL_ACRF, 100), ("NOTIFICATION", FULL_NOTIFICATION, 400)],
)
def test_both_reject_the_same_mutants(name: str, document: bytes, rejected_at_least: int) -> None:
    ours, theirs = schemas(name)
    rejected = 0
    for what, mutant, wider in mutants(document):
        verdicts = ours.validate(mutant), theirs.validate(mutant)
        allowed = {(True, True), (False, False)} | ({(True, False)} if wider else set())
        assert verdicts in allowed, (what, verdicts)
        rejected += verdicts == (False, False)
    assert rejected >= rejected_at_least


@pytest.mark.official
@pytest.mark.parametrize("sample", ["ACRF_20231_1.xml", "NOTIFICATION_20224_1.xml"])
def test_ours_is_never_narrower_about_a_mutant_of_the_sample(sample: str) -> None:
    document = messages.official(f"samples/{sample}").read_bytes()
    ours, theirs = schemas(sample.partition("_")[0])
    accepted = 0
    for what, mutant, _ in mutants(document):
        if theirs.validate(mutant):
            assert ours.validate(mutant), (what, ours.error_log)
            accepted += 1
    assert accepted > 10


@pytest.mark.parametrize(
    ("name", "document"), [("ACRF", FULL_ACRF), ("NOTIFICATION", FULL_NOTIFICATION)]
)
def test_every_element_of_ours_says_what_it_is(name: str, document: bytes) -> None:
    path: Path = messages.PORTAL_SCHEMAS / f"{name}.xsd"
    xs = "{http://www.w3.org/2001/XMLSchema}"
    elements = etree.parse(path).getroot().findall(f"{xs}element")
    notes = {e.get("name"): e.findtext(f"{xs}annotation/{xs}documentation") for e in elements}
    assert all(notes.values())
    known = {str(element.tag) for element in etree.fromstring(document).iter()} - {"Own", "Zone"}
    assert known <= notes.keys()
