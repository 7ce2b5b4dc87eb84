"""What an object store must do for us, over an S3 server; and which ones are refused (R36)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fla_batch.outbox.object_store import ObjectStore, StoreUnavailable, StoreUnfit
from fla_batch.system.files import FileFacts, facts_of, whole_file
from tests.object_store import S3Server, running_s3


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with running_s3() as server:
        yield server


@pytest.fixture
def store(s3: S3Server) -> ObjectStore:
    return ObjectStore.at(s3.new_store(), s3.environ)


def test_an_object_is_there_whole_and_is_not_written_over(
    store: ObjectStore, tmp_path: Path
) -> None:
    path = tmp_path / "FI.FLAD"
    path.write_bytes(b"x" * 3_000_001)
    assert store.put_new("S/batch/sent/FI.FLAD", path)
    assert not store.put_new("S/batch/sent/FI.FLAD", b"another")
    assert store.sizes("S/batch") == {"S/batch/sent/FI.FLAD": 3_000_001}
    assert store.sizes("S/bat") == {}
    assert store.facts("S/batch/sent/FI.FLAD") == facts_of(path)
    with whole_file(tmp_path / "fetched") as writer:
        assert store.fetch("S/batch/sent/FI.FLAD", writer)
    assert writer.facts == facts_of(tmp_path / "fetched") == facts_of(path)


def test_what_is_not_there_is_none(store: ObjectStore) -> None:
    assert store.read("S/nothing") is None
    assert store.facts("S/nothing") is None
    assert store.sizes("S") == {}
    store.remove(["S/nothing"])


def test_an_empty_object_is_there(store: ObjectStore) -> None:
    assert store.put_new("S/GO", b"")
    assert store.read("S/GO") == b""
    assert store.facts("S/GO") == FileFacts(
        0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )


def test_names_with_a_tilde_and_a_space_lead_back(store: ObjectStore) -> None:
    """A clash is kept as NAME~DIGEST."""
    key = "S/in box/FO.ACRF.123456.20250301.00001.S.1.1~0123456789abcdef"
    store.put_new(key, b"1")
    assert list(store.sizes("S")) == [key]
    store.remove([key])
    assert store.sizes("S") == {}


def test_r36_of_many_writers_of_one_key_one_wins(store: ObjectStore) -> None:
    store.require_put_if_absent()
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda n: store.put_new("S/claim", str(n).encode()), range(8)))
    assert any(won)
    assert store.sizes("") == {"S/claim": 1}


def test_r36_a_store_without_put_if_absent_is_refused() -> None:
    with running_s3(forgets="If-None-Match") as server:
        store = ObjectStore.at(server.new_store(), server.environ)
        with pytest.raises(StoreUnfit, match="writes over an object that is there") as refused:
            store.require_put_if_absent()
        assert "If-None-Match" in refused.value.hint
        assert refused.value.exit_code == 3
        assert store.sizes("") == {}


def test_r36_a_store_that_cannot_be_reached_is_worth_another_try(s3: S3Server) -> None:
    gone = s3.environ | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    url = s3.new_store()
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AWS_ENDPOINT_URL", gone["AWS_ENDPOINT_URL"])
        store = ObjectStore.at(url, os.environ)
    with pytest.raises(StoreUnavailable, match="cannot read S/x in the object store") as trouble:
        store.read("S/x")
    assert trouble.value.exit_code == 4


@pytest.mark.parametrize(
    "url", ["outbox", "http://bucket/x", "file:///srv/outbox", "memory:///", "s3://", "ftp://a/b"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(StoreUnfit, match="no address"):
        ObjectStore.at(url, {})


@pytest.mark.parametrize("url", ["s3://key:s3cr3t@bucket/x", "s3://bucket/x?secret=s3cr3t"])
def test_s10_an_address_with_a_secret_is_refused_and_not_quoted(url: str) -> None:
    with pytest.raises(StoreUnfit) as refused:
        ObjectStore.at(url, {})
    assert "s3cr3t" not in str(refused.value) + refused.value.hint


def test_national_numbers_do_not_cross_a_network_in_the_clear() -> None:
    plain = {"AWS_ENDPOINT_URL": "http://objects.example.org:9000"}
    with pytest.raises(StoreUnfit, match="in the clear"):
        ObjectStore.at("s3://bucket/x", plain)
    for own in (plain | {"AWS_ALLOW_HTTP": "true"}, {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}):
        assert ObjectStore.at("s3://bucket/x", own).url == "s3://bucket/x"


def test_a_missing_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(StoreUnfit, match="not installed: obstore") as missing:
        ObjectStore.at("s3://bucket/x", {})
    assert missing.value.hint == "pip install 'fla-batch[objects]'"
