"""Every mistake that a user makes: clear anomalies or one clear error, nothing written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.builders import inss
from tests.command_line import ROW, CommandLine, workers, write_csv

Make = Callable[[Path], Path]
Files = Callable[[], list[str]]


def raw(content: bytes, name: str = "input.csv") -> Make:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def row(**cells: str) -> Make:
    return lambda folder: write_csv(folder / "input.csv", [cells])


def without(column: str) -> Make:
    def make(folder: Path) -> Path:
        path = write_csv(folder / "input.csv", [{}])
        lines = [line.split(";") for line in path.read_text().splitlines()]
        at = lines[0].index(column)
        path.write_text("\n".join(";".join(line[:at] + line[at + 1 :]) for line in lines))
        return path

    return make


HEADINGS = ";".join(ROW).encode()
MISTAKES: dict[str, tuple[Make, str, int | None]] = {
    "empty": (raw(b""), "File-134", None),
    "empty JSON": (raw(b"", "input.json"), "File-134", None),
    "binary": (raw(bytes(range(256)) * 4), "File-", None),
    "binary JSON": (raw(bytes(range(256)) * 4, "input.json"), "File-", None),
    "binary Excel": (raw(bytes(range(256)) * 4, "input.xlsx"), "File-", None),
    "binary Parquet": (raw(bytes(range(256)) * 4, "input.parquet"), "File-", None),
    "broken JSON": (raw(b'{"employer": ', "input.json"), "File-", None),
    "wrong encoding": (raw("companyId;inss".encode("utf-16")), "File-", None),
    "no format of ours": (raw(b"%PDF-1.7", "input.pdf"), "File-", None),
    "unknown column": (row(trainingPlaec="3"), "Column-092", 1),
    "missing column": (without("inss"), "INSS-001", 1),
    "a date that does not exist": (
        row(trainingStartDate="30/02/2024"),
        "TrainingStartDate-003",
        2,
    ),
    "a number with letters": (row(hours="seven"), "TrainingHours-002", 2),
    "INSS with wrong check digits": (row(inss=inss()[:-2] + "00"), "INSS-004", 2),
    "company number with wrong check digits": (row(companyId="0880820674"), "CompanyID-004", 2),
    "both days and hours": (row(days="1"), "TrainingDays-005", 2),
}


@pytest.mark.parametrize(("make", "error_id", "number"), MISTAKES.values(), ids=list(MISTAKES))
def test_a_mistake(
    fla: CommandLine,
    settings: Path,
    outbox_files: Files,
    tmp_path: Path,
    make: Make,
    error_id: str,
    number: int | None,
) -> None:
    path = make(tmp_path)
    checked = fla("check", path, "--json")
    assert checked.code == 1
    assert not (tmp_path / "outbox").exists()
    found = [each for each in checked.document["anomalies"] if each["class"] == "B"]
    told = next(each for each in found if each["error_id"].startswith(error_id))
    assert told["source"]["file"] == str(path)
    if number is not None:
        assert told["source"]["row"] == number
    assert all(told["label"][language] for language in ("en", "fr", "nl"))
    assert told["advice"]["en"]

    built = fla("build", path, "--json")
    assert built.code == 1
    assert built.document["batches"] == []
    assert outbox_files() == []
    assert [each["error_id"] for each in built.document["anomalies"]] == [
        each["error_id"] for each in checked.document["anomalies"]
    ]


@pytest.mark.parametrize(
    ("command", "name"),
    [
        *((command, "none.csv") for command in ("check", "build", "validate", "run")),
        ("validate", "."),
    ],
)
def test_not_a_file(
    fla: CommandLine, settings: Path, outbox_files: Files, command: str, name: str
) -> None:
    called = fla(command, name)
    assert called.code == 2
    assert called.out == ""
    assert f"'{name}'" in called.err
    assert outbox_files() == []


def test_a_file_that_we_may_not_read(
    fla: CommandLine, settings: Path, outbox_files: Files, tmp_path: Path
) -> None:
    """A folder under a file's name stands in for it: root may read everything."""
    path = tmp_path / "gone.csv"
    path.symlink_to(tmp_path / "nowhere")
    called = fla("build", path)
    assert called.code == 2
    assert outbox_files() == []


def test_lost_zeros_are_put_back(fla: CommandLine, tmp_path: Path) -> None:
    """Excel drops leading zeros: 9 and 10 digits are no mistake."""
    path = write_csv(tmp_path / "zeros.csv", [{"companyId": "880820673", "inss": "3070804451"}])
    assert fla("check", path, "--json").document["blocking"] == 0


def test_25_mistakes_in_one_file(
    fla: CommandLine, settings: Path, outbox_files: Files, tmp_path: Path
) -> None:
    rows = workers(25)
    for one in rows:
        one["inss"] = one["inss"][:-2] + "00"
    path = write_csv(tmp_path / "many.csv", rows)
    document = fla("check", path, "--json").document
    assert document["blocking"] == 25
    assert [each["source"]["row"] for each in document["anomalies"]] == list(range(2, 27))
    words = fla("check", path)
    assert words.out.count("ERROR ") == 1
    assert "25 times" in words.out
    assert "rows 2, 3, 4, 5, 6, ..." in words.out
    assert fla("check", path, "--all").out.count("ERROR ") == 25
    assert "25 blocking anomalies, 0 warnings." in words.out
    assert fla("build", path).code == 1
    assert outbox_files() == []


def test_one_mistake_holds_everything_back_unless_told_otherwise(
    fla: CommandLine, settings: Path, outbox_files: Files, tmp_path: Path
) -> None:
    rows = workers(3)
    rows[1]["hours"] = "x"
    path = write_csv(tmp_path / "three.csv", rows)
    assert fla("build", path, "--json").document["batches"] == []
    assert outbox_files() == []
    built = fla("build", path, "--skip-blocked", "--json")
    assert built.code == 1
    assert (built.document["forms"], built.document["skipped"]) == (2, 1)
    assert [each["inss"] for each in built.document["anomalies"]] == [rows[1]["inss"]]


def test_skip_blocked_never_skips_a_file(
    fla: CommandLine, settings: Path, outbox_files: Files, tmp_path: Path
) -> None:
    good = write_csv(tmp_path / "good.csv", [{}])
    broken = raw(b'{"employer": ', "broken.json")(tmp_path)
    assert fla("build", good, broken, "--skip-blocked").code == 1
    assert outbox_files() == []


def test_anomalies_come_file_by_file_and_row_by_row(fla: CommandLine, tmp_path: Path) -> None:
    """Also where the rows of one worker lie apart."""
    rows = [{"hours": "x"}, {"inss": inss(2), "hours": "x"}, {"hours": "y"}]
    first = write_csv(tmp_path / "first.csv", rows)
    second = write_csv(tmp_path / "second.csv", [{"inss": inss(9), "hours": "z"}])
    found = fla("check", first, second, "--json").document["anomalies"]
    places = [(Path(each["source"]["file"]).name, each["source"]["row"]) for each in found]
    assert places == sorted(places)
    assert len(places) >= 4


def test_a_name_that_is_not_utf8(fla: CommandLine, tmp_path: Path) -> None:
    path = Path(str(tmp_path / "caf") + "\udce9.csv")
    path.write_text("x")
    for more in ([], ["--json"]):
        assert fla("check", path, *more).code == 1


def test_s13_no_control_character_of_a_file_name_reaches_the_terminal(
    fla: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "bell\x07\u202egpj.csv").touch()
    called = fla("check", tmp_path / "bell\x07\u202egpj.csv")
    assert called.code == 1
    assert "bell" in called.out
    shown = (called.out + called.err).replace("\n", "")
    assert shown.isprintable(), shown
