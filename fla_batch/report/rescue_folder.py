"""What a rescue brings out: accounts, tables, raw answers, and the list of what is missing."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from fla_batch.account.holdings import Wanted
from fla_batch.report.export import harmless
from fla_batch.system.files import disk_errors, private_folder, write_whole
from fla_batch.system.plain_texts import csv_bytes

MISSING = "missing.csv"
ANSWERS = "answers"
_HEADINGS = ("CompanyID", "INSS", "CalendarYear", "What", "Reason", "Path")


def write_missing(folder: Path, missing: Iterable[tuple[Wanted, str]]) -> int:
    """The list of what is missing and why, also when it is empty; how many lines it has.

    `Path` is the REST manual's resource that gives it. Raises DiskTrouble.
    """
    rows = [
        (each.company_id, each.inss, each.calendar_year or "", each.holding.value, why, each.path)
        for each, why in ((wanted, harmless(reason)) for wanted, reason in missing)
    ]
    write_whole(folder / MISSING, csv_bytes([_HEADINGS, *rows]))
    return len(rows)


def copy_answers(folder: Path, raw: Iterable[Path]) -> int:
    """The answers as they came, with the signatures that came with them; how many.

    One that is there already is not copied again. Raises DiskTrouble.
    """
    place = private_folder(folder / ANSWERS)
    count = 0
    for path in raw:
        signature = path.with_name(f"FS{path.name[2:]}")
        for file in (path, signature) if path.name.startswith(("FO.", "CO.")) else (path,):
            target = place / file.name
            if file.is_file() and not target.exists():
                with disk_errors("write", target):
                    shutil.copyfile(file, target)
                    target.chmod(0o600)
        count += 1
    return count
