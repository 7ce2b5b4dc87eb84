"""What libraries say of a broken file is told in French and Dutch too, cause by cause."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest

from tests.cli.test_no_english_left import NAMES, left_in
from tests.command_line import Called, CommandLine

GOLDEN = Path(__file__).parents[1] / "golden/trainings.xml"
LIBRARIES = re.compile(
    r"\b(expected|expecting|invalid|illegal|before|after|line|value|tag|file|end|must|match"
    r"|document|missing|unexpected|length|atomic|element|statement)\b",
    re.IGNORECASE,
)
ALSO_DUTCH = {"document", "element"}
SETTINGS = {
    "statement": b"[sender]\nnumber 1\n",
    "unclosed": b'[sender]\nnumber = "123456\n',
    "value": b"[sender]\nnumber = \n",
    "twice": b"[sender]\n[sender]\n",
    "key-twice": b'[ui]\nlanguage = "fr"\nlanguage = "nl"\n',
    "bracket": b"[sender\n",
    "array": b"[columns]\na = [1, \n",
    "after": b'[ui]\nlanguage = "fr" x\n',
    "escape": b'[workspace]\noutbox = "C:\\data"\n',
    "latin": b"[ui] # \xe9\n",
}
JSON = {
    "nothing": '{"employer":',
    "comma": '[{"a": 1} {"b": 2}]',
    "colon": '{"a" 1}',
    "name": "{a: 1}",
    "trailing": '{"a": 1,}',
    "string": '{"a": "b',
    "control": '{"a": "b\tc"}',
    "escape": '{"a": "\\x"}',
    "unicode": '{"a": "\\u12"}',
}
XML = {
    "root": "<a/>",
    "cut": "<FLA><Form>",
    "tag": "<FLA><Form></FLA>",
    "start": "no XML at all",
    "empty": "",
    "entity": "<FLA>&x;</FLA>",
    "amp": "<FLA>a & b</FLA>",
    "attribute": "<FLA a=b/>",
    "after": "<FLA/><FLA/>",
}
MESSAGE = {
    "pattern": ("<CompanyID>", "<CompanyID>x"),
    "number": ("<TrainingHours>", "<TrainingHours>x"),
    "most": ("<TrainingHours>", "<TrainingHours>999999999"),
    "code": ("<TrainingResult>", "<TrainingResult>7"),
    "day": ("<TrainingStartDate>", "<TrainingStartDate>x"),
    "left-out": ("<CalendarYear>2024</CalendarYear>", ""),
    "unknown": ("</Employer>", "<Foo/></Employer>"),
    "in-place": ("<INSS>", "<Foo/><INSS>"),
    "long": ("<TrainingDenomination>", "<TrainingDenomination>" + "x" * 500),
    "blank": ("<TrainingDenomination>", "<TrainingDenomination/><TrainingDenomination>"),
}


def zipped(**parts: str) -> bytes:
    with zipfile.ZipFile(file := io.BytesIO(), "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


TABLES = {
    "no-zip.xlsx": b"PK\x03\x04garbage",
    "no-book.xlsx": zipped(a="b"),
    "cut.xlsx": zipped(a="b" * 900)[:40],
    "bad.parquet": b"PAR1xxxxPAR1",
    "quote.csv": b'companyId;inss\n"a;b\n',
    "after-quote.csv": b'companyId;inss\n"a"b;c\n',
}


def english_in(called: Called, language: str) -> list[str]:
    """What is left of our own English and of that of libraries."""
    said = {each.group().lower() for each in LIBRARIES.finditer(NAMES.sub("", called.said))}
    shared = ALSO_DUTCH if language == "nl" else {"document"}
    return left_in(called, language) + sorted(said - shared)


@pytest.mark.parametrize("language", ["fr", "nl"])
class TestCauses:
    @pytest.mark.parametrize("name", SETTINGS)
    def test_settings(self, fla: CommandLine, language: str, name: str) -> None:
        Path("fla-batch.toml").write_bytes(SETTINGS[name])
        called = fla("--lang", language, "status")
        assert (called.code, english_in(called, language)) == (3, []), called.said

    @pytest.mark.parametrize("name", JSON)
    def test_json(self, fla: CommandLine, language: str, name: str) -> None:
        Path("a.json").write_text(JSON[name])
        called = fla("--lang", language, "check", "a.json")
        assert (called.code, english_in(called, language)) == (1, []), called.said

    @pytest.mark.parametrize("name", TABLES)
    def test_tables(self, fla: CommandLine, language: str, name: str) -> None:
        Path(name).write_bytes(TABLES[name])
        called = fla("--lang", language, "check", name)
        assert (called.code, english_in(called, language)) == (1, []), called.said

    @pytest.mark.parametrize("name", XML)
    def test_xml(self, fla: CommandLine, language: str, name: str) -> None:
        Path("a.xml").write_text(XML[name])
        called = fla("--lang", language, "validate", "a.xml")
        assert (called.code, english_in(called, language)) == (1, []), called.said

    @pytest.mark.parametrize("name", MESSAGE)
    def test_a_message(self, fla: CommandLine, language: str, name: str) -> None:
        sound, broken = MESSAGE[name]
        text = GOLDEN.read_text()
        assert sound in text
        Path("a.xml").write_text(text.replace(sound, broken, 1))
        called = fla("--lang", language, "validate", "a.xml")
        assert (called.code, english_in(called, language)) == (1, []), called.said
