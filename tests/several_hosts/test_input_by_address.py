"""Input that lies on shared storage is read as a file of this machine is (issue 20)."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from fla_batch.outbox.object_store import ObjectStore
from tests.command_line import CommandLine, workers, write_csv
from tests.object_store import S3Server


def test_an_address_is_read_as_the_file_is(s3: S3Server, fla: CommandLine, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "year.csv", [*workers(2), {"hours": "much"}])
    with zipfile.ZipFile(tmp_path / "year.zip", "w") as archive:
        archive.write(path, "in/year.csv")
    url = s3.new_store()
    store = ObjectStore.at(url, s3.environ)
    for name in ("year.csv", "year.zip"):
        assert store.put_new(f"2024/{name}", tmp_path / name)
    here = fla("check", path, "--json")
    by_address = fla("check", f"{url}/2024/year.csv", "--json")
    assert (here.code, by_address.code) == (1, 1)
    assert by_address.out.replace(f"{url}/2024/year.csv", str(path)) == here.out
    assert fla("check", f"file://{path}", "--json").out == here.out
    zipped = json.loads(fla("check", f"{url}/2024/year.zip", "--json").out)
    assert {one["source"]["file"] for one in zipped["anomalies"]} == {
        f"{url}/2024/year.zip/in/year.csv"
    }


def test_what_is_not_there_is_said(s3: S3Server, fla: CommandLine) -> None:
    url = f"{s3.new_store()}/none.csv"
    called = fla("check", url, "--lang", "en")
    assert called.code == 1
    assert url in called.said
    assert fla("check", "s3://payroll:secret@bucket/a.csv").code == 3
    assert fla("check", "https://example.org/a.csv").code == 2
