"""A good table changed in one place: the same declarations, or a finding that names the place."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.counts import COUNTED, count
from tests.tables.reading import Whole, read
from tests.tables.workbooks import FORMATS, NAMES, Cell, Sheet, good, letter, write

Place = tuple[int | None, str | None]
"""Row and column at which a finding must stand; what is None may be anywhere."""

ERRORS = (
    *("#REF!", "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#VALUE!", "#SPILL!", "#CALC!"),
    *("#VALEUR!", "#VALEUR !", "#NOM?", "#NOMBRE!", "#NUL!", "#PROPAGATION!"),
    *("#N/B", "#VERW!", "#DEEL/0!", "#NAAM?", "#GETAL!", "#WAARDE!", "#LEEG!", "#OVERLOOP!"),
    *("#NV", "#BEZUG!", "#WERT!", "#ZAHL!", "#ÜBERLAUF!", "#ERROR!", "#ERREUR !", "#FOUT!"),
    *("Err:502", "Err :502", "Fout:504", "Fehler:511", "########"),
)
AMOUNT = NAMES.index("hours")
TEXTS = tuple(NAMES.index(name) for name in ("trainingDenomination", "trainingReferenceNbr"))
DATES = tuple(NAMES.index(name) for name in ("trainingStartDate", "trainingEndDate"))
Change = Callable[[Sheet, random.Random], Place]


def somewhere(chance: random.Random) -> tuple[int, int]:
    return chance.randrange(1, 7), chance.randrange(len(NAMES))


def put(sheet: Sheet, row: int, column: int, cell: Cell | None) -> Place:
    sheet.rows[row][column] = cell
    return row + 1, NAMES[column]


def old(sheet: Sheet, row: int, column: int) -> Cell:
    cell = sheet.rows[row][column]
    assert cell is not None
    return cell


def error_cell(sheet: Sheet, chance: random.Random) -> Place:
    return put(sheet, *somewhere(chance), Cell(chance.choice(ERRORS), chance.choice(["e", "str"])))


def error_as_text(sheet: Sheet, chance: random.Random) -> Place:
    return put(sheet, *somewhere(chance), Cell(chance.choice(ERRORS)))


def formula_without_value(sheet: Sheet, chance: random.Random) -> Place:
    return put(sheet, *somewhere(chance), Cell(None, "n", formula="A1"))


def formula_with_empty_value(sheet: Sheet, chance: random.Random) -> Place:
    return put(sheet, *somewhere(chance), Cell("", "n", formula="A1"))


def formula_with_its_value(sheet: Sheet, chance: random.Random) -> Place:
    row, column = somewhere(chance)
    cell = old(sheet, row, column)
    kind = "str" if cell.kind == "inlineStr" else cell.kind
    return put(sheet, row, column, replace(cell, kind=kind, formula="A1"))


def stored_zero(sheet: Sheet, chance: random.Random) -> Place:
    return put(sheet, chance.randrange(1, 7), AMOUNT, Cell("0", "n", formula="3.8*2"))


def hidden_row(sheet: Sheet, chance: random.Random) -> Place:
    row = chance.randrange(1, 7)
    sheet.hidden_rows.add(row + 1)
    return row + 1, None


def hidden_column(sheet: Sheet, chance: random.Random) -> Place:
    column = chance.randrange(len(NAMES))
    sheet.hidden_columns.add(column)
    return None, NAMES[column]


def unseen_sign(sheet: Sheet, chance: random.Random) -> Place:
    row, column = somewhere(chance)
    text = old(sheet, row, column).value or ""
    if column in DATES:
        text = f"{1 + row:02}/02/2024"
    at = chance.randrange(len(text) + 1)
    sign = chance.choice("\u200b\u200e\ufeff\u00ad\u2060\u202a")
    return put(sheet, row, column, Cell(text[:at] + sign + text[at:]))


def typographic_dash(sheet: Sheet, chance: random.Random) -> Place:
    row, column = chance.randrange(1, 7), chance.choice(TEXTS)
    return put(sheet, row, column, Cell(f"A{chance.choice('‐‑–—−')}B"))


def accent_apart(sheet: Sheet, chance: random.Random) -> Place:
    row = chance.randrange(1, 7)
    return put(sheet, row, TEXTS[0], Cell(f"Ge\u0301ographie {row - 1}"))


def kept_as_formula(sheet: Sheet, chance: random.Random) -> Place:
    row, column = chance.randrange(1, 7), chance.choice([0, 1, *TEXTS])
    return put(sheet, row, column, Cell(f'="{old(sheet, row, column).value}"'))


def merged_down(sheet: Sheet, chance: random.Random) -> Place:
    row, column = chance.choice([1, 3, 5]), chance.randrange(len(NAMES))
    sheet.merged.append(f"{letter(column)}{row + 1}:{letter(column)}{row + 2}")
    return put(sheet, row + 1, column, None)


def merged_across(sheet: Sheet, chance: random.Random) -> Place:
    row, column = chance.randrange(1, 7), chance.randrange(len(NAMES) - 1)
    sheet.merged.append(f"{letter(column)}{row + 1}:{letter(column + 1)}{row + 1}")
    return put(sheet, row, column + 1, None)


def number_as_text(sheet: Sheet, chance: random.Random) -> Place:
    row = chance.randrange(1, 7)
    column = chance.choice([i for i, cell in enumerate(sheet.rows[1]) if cell and cell.kind == "n"])
    if column in DATES:
        return put(sheet, row, column, replace(old(sheet, row, column), style=0))
    return put(sheet, row, column, Cell(old(sheet, row, column).value))


def hours_in_words(sheet: Sheet, chance: random.Random) -> Place:
    texts = ("7,6", "7:36", "7h36", "7 h 36", "7,60", "1.234", "1,234", "7.6 h", "7u36", "07:36:00")
    return put(sheet, chance.randrange(1, 7), AMOUNT, Cell(chance.choice(texts)))


def grouped_hours(sheet: Sheet, chance: random.Random) -> Place:
    texts = ("1 234,5", "1\u202f234,5", "1.234,50", "1,234.50", "1\u00a0234.5")
    return put(sheet, chance.randrange(1, 7), AMOUNT, Cell(chance.choice(texts)))


def number_format(sheet: Sheet, chance: random.Random) -> Place:
    row, style = chance.randrange(1, 7), 2 + chance.randrange(len(FORMATS))
    column = chance.choice([i for i, cell in enumerate(sheet.rows[1]) if cell and cell.kind == "n"])
    return put(sheet, row, column, replace(old(sheet, row, column), style=style))


def date_in_words(sheet: Sheet, chance: random.Random) -> Place:
    row = chance.randrange(1, 7)
    day = row  # 45323 is 1 February 2024
    forms = (
        f"{day:02}-02-2024",
        f"{day}/2/2024",
        f"{day:02}.02.2024",
        f"{day} février 2024",
        f"{day} februari 2024",
        f"{day} February 2024",
        f"2024-02-{day:02}T00:00:00Z",
        f"2024-02-{day:02} 13:45:00",
        f"02/{day + 12}/2024",
        f"{day}/2/24",
        "30/02/2024",
    )
    return put(sheet, row, DATES[0], Cell(chance.choice(forms)))


def date_with_time(sheet: Sheet, chance: random.Random) -> Place:
    row = chance.randrange(1, 7)
    cell = old(sheet, row, DATES[0])
    return put(sheet, row, DATES[0], replace(cell, value=f"{cell.value}.5"))


def title_above(sheet: Sheet, chance: random.Random) -> Place:
    sheet.rows.insert(0, [Cell("Formations 2024")])
    return 1, None


def total_below(sheet: Sheet, chance: random.Random) -> Place:
    word = chance.choice(["Total", "TOTAAL", "Somme", "Total général :", "Subtotaal", None])
    row: list[Cell | None] = [None] * len(NAMES)
    row[0] = None if word is None else Cell(word)
    row[AMOUNT] = Cell("45.6", "n", formula="SUM(L2:L7)")
    at = chance.choice([3, 5, 7])
    sheet.rows.insert(at, row)
    return at + 1, None


def headings_again(sheet: Sheet, chance: random.Random) -> Place:
    at = chance.choice([2, 4, 6])
    sheet.rows.insert(at, list(sheet.rows[0]))
    return at + 1, None


def comment_row(sheet: Sheet, chance: random.Random) -> Place:
    row = chance.randrange(3, 7)  # the first worker is that of the templates' example
    put(sheet, row, 0, Cell("# later"))
    return row + 1, None


def another_column(sheet: Sheet, chance: random.Random) -> Place:
    at = chance.randrange(len(NAMES) + 1)
    heading = chance.choice(["Nom", "Afdeling", "Cost centre"])
    for number, row in enumerate(sheet.rows):
        row.insert(at, Cell(heading if number == 0 else "x"))
    return 1, heading


def misspelled_heading(sheet: Sheet, chance: random.Random) -> Place:
    column = chance.randrange(len(NAMES))
    name = NAMES[column]
    wrong = name[:-2] + name[-1] + name[-2] if name[-2] != name[-1] else name[:-1]
    sheet.rows[0][column] = Cell(wrong)
    return 1, None


CHANGES: tuple[Change, ...] = (
    error_cell,
    error_as_text,
    formula_without_value,
    formula_with_empty_value,
    formula_with_its_value,
    stored_zero,
    hidden_row,
    hidden_column,
    unseen_sign,
    typographic_dash,
    accent_apart,
    kept_as_formula,
    merged_down,
    merged_across,
    number_as_text,
    hours_in_words,
    grouped_hours,
    number_format,
    date_in_words,
    date_with_time,
    title_above,
    total_below,
    headings_again,
    comment_row,
    another_column,
    misspelled_heading,
)


def names_it(found: Whole, place: Place) -> bool:
    """True when a finding stands at the row and column, as far as they are given."""
    row, column = place
    return any(
        (row is None or one.source.row == row) and (column is None or one.source.column == column)
        for one in found.anomalies
        if one.source.row is not None
    )


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    found = read(write(tmp_path_factory.mktemp("good") / "good.xlsx", {"2024": good()}))
    assert found.anomalies == []
    assert len(found.declarations) == 3
    return found


@pytest.mark.timeout(1800)
def test_no_change_is_silent(
    tmp_path: Path, unchanged: Whole, record_property: Callable[[str, object], None]
) -> None:
    each = count(8, 100)
    outcomes: Counter[str] = Counter()
    for change in CHANGES:
        for number in range(each):
            chance = random.Random(f"{change.__name__} {number}")
            sheet = good()
            place = change(sheet, chance)
            path = write(tmp_path / "t.xlsx", {"2024": sheet}, computed=chance.random() < 0.5)
            found = read(path)
            same = found.declarations == unchanged.declarations
            named = names_it(found, place)
            assert same or named, (change.__name__, number, place, found.rules)
            outcomes["named" if named else "the same"] += 1
    told = ", ".join(f"{many} {outcome}" for outcome, many in sorted(outcomes.items()))
    record_property(COUNTED, f"{len(CHANGES)} kinds of changes to a workbook: {told}, none silent")


def test_another_sheet_is_never_passed_over_in_silence(tmp_path: Path, unchanged: Whole) -> None:
    first, second = good(), good()
    second.rows = [second.rows[0], second.rows[1]]
    found = read(write(tmp_path / "t.xlsx", {"2024": first, "2025": second}))
    assert found.declarations == unchanged.declarations
    assert [(one.rule, one.value) for one in found.anomalies] == [("unread-sheet", "2025")]
    notes = Sheet([[Cell("Mode d'emploi")], [Cell("bla")]])
    found = read(write(tmp_path / "n.xlsx", {"Lisez-moi": notes, "2024": first}))
    assert (found.declarations, found.anomalies) == (unchanged.declarations, [])
    assert found.receipts[0].unread_sheets == ["Lisez-moi"]


TEXT_CHANGES: dict[str, Callable[[str], bytes]] = {
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16 without a mark": lambda text: text.encode("utf-16-le"),
    "two marks": lambda text: ("\ufeff\ufeff" + text).encode(),
    "windows-1252": lambda text: text.encode("cp1252"),
    "ctrl-z": lambda text: text.encode() + b"\x1a",
    "ctrl-z on a line": lambda text: text.encode() + b"\r\n\x1a",
    "sep": lambda text: b"sep=;\r\n" + text.encode(),
    "sep in quotes": lambda text: b'"sep=;"\n' + text.encode(),
    "tabs": lambda text: text.replace(";", "\t").encode(),
    "tabs in utf-16": lambda text: text.replace(";", "\t").encode("utf-16"),
    "commas and quotes": lambda text: text.replace(",", ".").replace(";", ",").encode(),
    "old mac": lambda text: text.replace("\n", "\r").encode(),
    "a title": lambda text: f"Trainings, all of them\n\n{text}".encode(),
    "blank lines": lambda text: text.replace("\n", "\n\n").encode(),
    "trailing separators": lambda text: text.replace("\n", ";;;\n").encode(),
}


def as_csv(sheet: Sheet, separator: str = ";") -> str:
    lines = []
    for number, row in enumerate(sheet.rows):
        cells = [cell.value or "" if cell else "" for cell in row]
        if number:
            for column in DATES:
                cells[column] = f"{int(cells[column]) - 45322:02}/02/2024"
            cells[AMOUNT] = "7,6"
        lines.append(separator.join(cells))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("change", TEXT_CHANGES)
def test_text_in_every_dress(tmp_path: Path, unchanged: Whole, change: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(TEXT_CHANGES[change](as_csv(good())))
    found = read(path)
    assert found.declarations == unchanged.declarations
    assert [rule for rule in found.rules if rule != "rows-above"] == []


@pytest.mark.parametrize("left_out", range(3))
def test_a_decimal_comma_in_a_comma_file(tmp_path: Path, left_out: int) -> None:
    """However many of the last cells a row leaves out, its shift is seen."""
    lines = as_csv(good(), ",").splitlines()
    lines[3] = ",".join(lines[3].split(",")[: len(NAMES) + 1 - left_out])
    for number in (1, 2, 4, 5, 6):
        lines[number] = lines[number].replace("7,6", "7.6")
    path = tmp_path / "t.csv"
    path.write_text("\n".join(lines))
    found = read(path)
    assert names_it(found, (4, None)), found.rules
    assert ("extra-cells" in found.rules) == (left_out == 0)


def test_a_cell_of_a_megabyte(tmp_path: Path) -> None:
    long = "x" * 1_000_000
    sheet = good()
    put(sheet, 1, TEXTS[1], Cell(long))
    found = read(write(tmp_path / "t.xlsx", {"2024": sheet}))
    assert names_it(found, (2, "trainingReferenceNbr"))
    path = tmp_path / "t.csv"
    for cell in (long, f'"{long}"', f'"{long}\n{long}"'):
        path.write_text(as_csv(good()).replace("REF0", cell))
        assert names_it(read(path), (2, "trainingReferenceNbr"))
