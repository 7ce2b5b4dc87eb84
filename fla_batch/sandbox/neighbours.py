"""What else lies in an OUT folder: answers of other applications, folders, links, hidden files."""

from __future__ import annotations

from pathlib import Path

_FILES = {
    "FO.IDFL.999999.20250301.00001.S": b"<IDFLUX><Form/></IDFLUX>",
    "GO.IDFL.999999.20250301.00001.S": b"",
    "FO.DMNO.999999.20250301.00001.S.1.1": b"<DmfANotification/>",
    ".snapshot": b"",
    "README": b"Answers are kept for 30 days.\n",
}
_FOLDER = "archive"
_LINK = "latest"


def put_neighbours(folder: Path) -> None:
    """Put them there, once."""
    for name, content in _FILES.items():
        if not (folder / name).exists():
            (folder / name).write_bytes(content)
    (folder / _FOLDER).mkdir(exist_ok=True)
    if not (folder / _LINK).is_symlink():
        (folder / _LINK).symlink_to(_FOLDER)
