"""What a rescue brings out: accounts, tables, raw answers, and the list of what is missing."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterable
from pathlib import Path

from fla_batch.account.holdings import Wanted
from fla_batch.report.export import harmless
from fla_batch.system.files import disk_errors, private_folder, write_whole

MISSING = "missing.csv"
ANSWERS = "answers"
_HEADINGS = ("CompanyID", "INSS", "CalendarYear", "What", "Reason", "Path")


def write_missing(folder: Path, missing: Iterable[tuple[Wanted, str]]) -> int:
    """The list of what is missing and why, also when it is empty; how many lines it has.

    `Path` is the REST manual's resource that gives it. Raises DiskTrouble.
    """
    text = io.StringIO()
    lines = csv.writer(text, delimiter=";", lineterminator="\r\n")
    lines.writerow(_HEADINGS)
    count = 0
    for wanted, reason in missing:
        company_id, inss, year, holding = wanted
        lines.writerow([company_id, inss, year or "", holding.value, harmless(reason), wanted.path])
        count += 1
    write_whole(folder / MISSING, b"\xef\xbb\xbf" + text.getvalue().encode())
    return count


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
