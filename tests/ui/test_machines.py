"""The interface for machines: the token, the documents, and that its description is true."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from fla_batch.ui import machine_views
from fla_batch.ui.access import read_token
from fla_batch.ui.app import STATIC
from fla_batch.vocabulary.errors import KeyOrCertificateMistake
from tests.command_line import workers, write_csv
from tests.ui.conftest import API_TOKEN, Browser, served, state_in

_DESCRIPTION = json.loads((STATIC.parent / "openapi.json").read_text(encoding="utf-8"))
_TOKEN = {"authorization": f"Bearer {API_TOKEN.decode()}"}


def _post(machine: Browser, path: str, file: Path) -> httpx.Response:
    return machine.post(path, params={"name": file.name}, content=file.read_bytes(), headers=_TOKEN)


def test_the_description_names_every_address_and_no_other() -> None:
    told = {
        (path, method.upper())
        for path, methods in _DESCRIPTION["paths"].items()
        for method in methods
    }
    routes = {
        (route.path, method)
        for route in machine_views.ROUTES
        for method in route.methods or ()
        if method != "HEAD"
    }
    assert told == routes


@pytest.mark.parametrize("path", _DESCRIPTION["paths"])
def test_without_the_token_nothing_is_done(stranger: Browser, path: str) -> None:
    for headers in (
        {},
        {"authorization": "Bearer guessed"},
        {"authorization": f"Basic {API_TOKEN.decode()}"},
    ):
        answer = stranger.get(path.replace("{name}", "X"), headers=headers)
        assert (answer.status_code, answer.json()) == (401, {"error": "refused_api_token"})
    stranger.begin()
    assert stranger.get(path.replace("{name}", "X")).status_code == 401


def test_without_a_token_file_there_is_no_interface(tmp_path: Path) -> None:
    with served(state_in(tmp_path, "S")) as client:
        answer = client.get("/api/batches", headers={"authorization": "Bearer x"})
        assert (answer.status_code, answer.json()) == (403, {"error": "refused_no_api"})


def test_check_build_and_look(stranger: Browser, tmp_path: Path) -> None:
    wrong = write_csv(tmp_path / "wrong.csv", [{**row, "hours": "zeven"} for row in workers(2)])
    found = _post(stranger, "/api/check", wrong).json()
    assert (found["blocking"], found["read"][0]["rows"]) == (2, 2)
    refused = _post(stranger, "/api/build", wrong).json()
    assert (refused["batches"], refused["skipped"]) == ([], 2)
    built = _post(stranger, "/api/build", write_csv(tmp_path / "fine.csv", workers(2))).json()
    (batch,) = built["batches"]
    rows = stranger.get("/api/batches", headers=_TOKEN).json()["batches"]
    assert [(row["name"], row["state"]) for row in rows] == [(batch["name"], "staged")]
    one = stranger.get(f"/api/batches/{batch['name']}", headers=_TOKEN).json()
    assert (one["forms"], one["anomalies"]) == (2, [])
    assert not list((tmp_path / "outbox" / "page" / "files").glob("*"))


def test_what_cannot_be_done_is_said_as_json(stranger: Browser, tmp_path: Path) -> None:
    answers = [
        stranger.get("/api/batches/NONE", headers=_TOKEN),
        stranger.post("/api/batches/NONE/send", headers=_TOKEN),
        stranger.post("/api/check", params={"name": "x.png"}, content=b"x", headers=_TOKEN),
        stranger.post("/api/check", params={"name": "x.csv"}, content=b"", headers=_TOKEN),
        stranger.post("/api/poll", headers=_TOKEN),
    ]
    for answer in answers:
        assert answer.status_code == 409
        assert answer.json()["error"]
        assert answer.json()["hint"]
    assert stranger.get("/api/nothing", headers=_TOKEN).status_code == 404


def test_production_has_to_be_meant(tmp_path: Path) -> None:
    with served(state_in(tmp_path, "R"), API_TOKEN) as machine:
        answer = machine.post("/api/batches/X/send", headers=_TOKEN)
        assert "goes to production" in answer.json()["error"]


def test_a_token_is_long_and_its_owners(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_bytes(API_TOKEN + b"\n")
    path.chmod(0o600)
    assert read_token(path) == API_TOKEN
    path.chmod(0o644)
    with pytest.raises(KeyOrCertificateMistake, match="others than its owner"):
        read_token(path)
    path.write_bytes(b"short")
    path.chmod(0o600)
    with pytest.raises(KeyOrCertificateMistake, match="32 characters"):
        read_token(path)
