"""An XSD that bounds the forms of a message: parts keep to it, also within one worker."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests import builders as b
from tests.command_line import CommandLine
from tests.message.profiles import SHIPPED

XSD = "FLA_20251.xsd"


@pytest.mark.parametrize(("bound", "forms"), [(2, [1, 2, 2]), (1, [1, 1, 1, 1, 1])])
def test_parts_keep_to_the_bound(
    bound: int, forms: list[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shutil.copytree(SHIPPED, tmp_path / "mine")
    text = (folder / XSD).read_text(encoding="utf-8")
    old = '<xs:element ref="Form" maxOccurs="unbounded"/>'
    assert old in text
    new = old.replace("unbounded", str(bound))
    (folder / XSD).write_text(text.replace(old, new), encoding="utf-8")
    config = tmp_path / "fla-batch.toml"
    config.write_text(
        f'[sender]\nnumber = "123456"\nenvironment = "S"\n[profile]\nname = "{folder}"\n',
        encoding="utf-8",
    )
    bodies = [
        b.trainings(employee=b.employee(inss=b.inss(number)), calendar_year=2024)
        for number in (1, 2, 3)
    ] + [b.rights(employee=b.employee(inss=b.inss(number))) for number in (1, 2)]
    source = tmp_path / "photos.json"
    source.write_text(
        json.dumps(
            [
                body.model_dump(by_alias=True, mode="json", exclude_none=True, exclude={"extra"})
                for body in bodies
            ]
        ),
        encoding="utf-8",
    )
    call = CommandLine(capsys, config)
    checked = call("schema", "check", folder)
    assert checked.code == 0, checked.said
    built = call("build", source)
    assert built.code == 0, built.said
    parts = [path.read_text(encoding="utf-8") for path in tmp_path.rglob("FI.*")]
    assert sorted(part.count("<Form>") for part in parts) == forms
