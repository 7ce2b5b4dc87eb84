"""Everything that the sandbox writes in ACRF and NOTI is valid by the portal's own schemas."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from fla_batch.commands.channels import SFTP
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.terms import Environment, FormKind
from tests.e2e_manual.office import Office, printed
from tests.official import official

SCHEMAS = {"ACRF": "xsd/ACRF_20231.xsd", "NOTI": "xsd/NOTIFICATION_20223.xsd"}


def say_everything(office: Office) -> None:
    """Accepted, warned, refused; questions answered and refused; a batch refused as a whole."""
    stranger = printed("PutTrainingRight_input.json")
    stranger["employer"]["companyId"] = "0999999922"
    office.declare("GetTrainingRight_output.json", "PutTraining_input.json", stranger)
    office.declare("GetTrainingRight_output.json", again=True)
    office.declare("PutTraining_Delete_1_input.json")
    office.asked(FormKind.ASK_CREDIT)
    office.asked(FormKind.ASK_TRAININGS, [2024], processing_state="all")
    office.asked(FormKind.ASK_TO_VALIDATE, processing_state="toValidate")
    day = office.clock().date()
    batch = BatchName("FLAD", "123456", day, "0ZZZZ", Environment.SIMULATION)
    inbox = office.ground.folder / "portal" / "INTEST-S"
    (inbox / str(batch.fi(1, 1))).write_bytes(b"<FLA>")
    (inbox / str(batch.go(1))).touch()
    office.ground.portal.process(Environment.SIMULATION, str(batch.go(1)))


def written(office: Office, kind: str) -> list[Path]:
    return sorted((office.ground.folder / "portal" / "OUTTEST-S").glob(f"FO.{kind}.*"))


@pytest.mark.official
@pytest.mark.parametrize("office", [SFTP], indirect=True)
@pytest.mark.parametrize("kind", ["ACRF", "NOTI"])
def test_every_answer_is_valid_by_the_portals_schema(office: Office, kind: str) -> None:
    schema = etree.XMLSchema(file=str(official(SCHEMAS[kind])))
    say_everything(office)
    answers = written(office, kind)
    assert len(answers) >= 6
    assert "".join(path.read_text(encoding="utf-8") for path in answers).count("<ResultCode>0") > 0
    for path in answers:
        assert schema.validate(etree.parse(str(path))), f"{path.name}: {schema.error_log}"
