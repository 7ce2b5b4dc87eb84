"""The jobs of the bulk benchmark: each runs one program in a process of its own."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from tests.bench import generate
from tests.bench.measure import Measured, program
from tests.bench.varied import write_varied

LARGE_BYTES = 1_000_000_000
NOTI = "FO.NOTI.999999.20250301.00001.S"


@dataclass(frozen=True, slots=True)
class Site:
    """One folder with the input, the settings, and what was built of it."""

    folder: Path
    declarations: int
    varied: bool = False

    @property
    def settings(self) -> Path:
        return self.folder / "fla-batch.toml"

    def prepare(self) -> None:
        """Input files, keys, and one build that the other jobs take their files from."""
        if self.varied:
            write_varied(self.folder, self.declarations)
        else:
            generate.write_tables(self.folder, self.declarations)
        generate.write_settings(self.folder)
        self.build_parquet()

    # build and validate

    def build_parquet(self) -> Measured:
        return self._build("trainings.parquet")

    def build_csv(self) -> Measured:
        return self._build("trainings.csv")

    def _build(self, name: str) -> Measured:
        shutil.rmtree(self.folder / "outbox", ignore_errors=True)
        command = [*_tool(), "build", self.folder / name, "--config", self.settings]
        if not self.varied:
            return program(command)
        # Some declarations are blocked, which is told by the exit code 1.
        return program([*command, self.folder / "rights.parquet", "--skip-blocked"], code=1)

    def parts(self) -> list[Path]:
        """The FI files of the last build."""
        return sorted((self.folder / "outbox").glob("S/*/sent/FI.*"))

    def xmllint(self) -> Measured:
        schema = generate.schema_file()
        return program(["xmllint", "--noout", "--stream", "--schema", schema, *self.parts()])

    def validate_xsd(self) -> Measured:
        """The XSD's verdict alone, which is what the yardstick gives."""
        return program([sys.executable, "-m", "tests.bench.validate_xsd", *self.parts()])

    def validate(self) -> Measured:
        """The command: XSD, and then every form against the rules."""
        return program([*_tool(), "validate", "--config", self.settings, *self.parts()])

    # check

    def check_csv(self) -> Measured:
        """The same rows as `build_csv` takes."""
        return self._check(self.folder / "trainings.csv", code=int(self.varied))

    def check_workbook(self) -> Measured:
        """A workbook of a thousand rows, as a clerk has it."""
        return self._check(self._workbook(), code=None)

    def _check(self, path: Path, *, code: int | None) -> Measured:
        return program([*_tool(), "check", path, "--config", self.settings], code=code)

    def polars_workbook(self) -> Measured:
        reads = (
            f"import polars; polars.read_excel({str(self._workbook())!r}, infer_schema_length=0)"
        )
        return program([sys.executable, "-c", reads])

    def _workbook(self) -> Path:
        path = self.folder / "trainings.xlsx"
        if not path.exists():
            rows = pl.read_parquet(self.folder / "trainings.parquet", n_rows=1000)
            rows.write_excel(path, autofit=False)
        return path

    # poll

    def notify(self) -> None:
        """A NOTI about all that was built, and the outbox as it was before."""
        built = self.folder / "built"
        if not built.exists():
            shutil.copytree(self.folder / "outbox", built)
            generate.write_notification(built, self.folder / NOTI)

    def poll(self) -> Measured:
        """A NOTI that lies in the inbox, into the ledger; the ledger is restored before."""
        self.notify()
        outbox = self.folder / "outbox"
        shutil.rmtree(outbox)
        shutil.copytree(self.folder / "built", outbox)
        inbox = outbox / "S" / "inbox"
        inbox.mkdir(mode=0o700, exist_ok=True)
        shutil.copy(self.folder / NOTI, inbox / NOTI)
        return program([sys.executable, "-m", "tests.bench.poll_inbox", self.settings])

    def iterparse(self) -> Measured:
        return program([sys.executable, "-m", "tests.bench.iterparse", self.folder / NOTI])

    # sign

    def sign(self, size: int = LARGE_BYTES) -> Measured:
        large = self._large(size)
        return program([sys.executable, "-m", "tests.bench.sign", self.folder / "keys", large])

    def openssl(self) -> Measured:
        keys = self.folder / "keys"
        command: list[str | Path] = [
            "openssl",
            "cms",
            "-sign",
            "-binary",
            "-outform",
            "DER",
            "-md",
            "sha256",
        ]
        command += ["-in", self._large(), "-out", self.folder / "large.p7s"]
        command += ["-signer", keys / "certificate.pem", "-inkey", keys / "key.pem"]
        return program(command)

    def _large(self, size: int = LARGE_BYTES) -> Path:
        path = self.folder / f"large-{size}"
        if not path.exists():
            generate.write_large(path, size)
        return path

    # the command line

    def help_page(self) -> Measured:
        return program([*_tool(), "--help"])

    def bare_python(self) -> Measured:
        return program([sys.executable, "-c", "pass"])


def _tool() -> list[str | Path]:
    return [Path(sys.executable).with_name("fla-batch")]


def now() -> datetime:
    """The clock of the benchmark."""
    return datetime.now(UTC)
