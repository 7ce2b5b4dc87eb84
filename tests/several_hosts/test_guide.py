"""The page for several hosts: what it shows can be read, and means what it says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from fla_batch.commands.outbox_of_settings import outbox_of
from fla_batch.configuration.loading import load
from fla_batch.configuration.sections import ENV_PREFIX
from fla_batch.outbox.object_store import ObjectStore
from fla_batch.outbox.shared_outbox import SharedOutbox
from fla_batch.vocabulary.errors import ConfigurationMistake

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "guides" / "several-hosts.md").read_text(encoding="utf-8")
COMPOSE, KUBERNETES, WORKERS = (
    yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
)


def container() -> dict[str, Any]:
    pod = KUBERNETES["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    found: dict[str, Any] = pod["containers"][0]
    return found


def variables() -> list[dict[str, str]]:
    services = COMPOSE["services"]
    named = {each["name"]: each["value"] for each in container()["env"]}
    return [services["host-1"]["environment"], services["host-2"]["environment"], named]


@pytest.mark.parametrize("environ", variables())
def test_each_container_has_settings_of_a_shared_outbox(environ: dict[str, str]) -> None:
    settings = load(None, environ=environ)
    outbox = outbox_of(settings.workspace)
    assert isinstance(outbox, SharedOutbox)
    assert outbox.store.url == "s3://payroll/fla-batch"
    assert settings.sender.number == "123456"
    known = {name for name in environ if name.startswith(ENV_PREFIX)}
    assert len(known) == 5
    rest = {name: value for name, value in environ.items() if name not in known}
    ObjectStore.at(outbox.store.url, rest)


def test_hosts_have_names_and_folders_of_their_own() -> None:
    services = COMPOSE["services"]
    hosts = [services[name] for name in ("host-1", "host-2")]
    assert len({host["hostname"] for host in hosts}) == 2
    assert len({host["volumes"][0] for host in hosts}) == 2
    mounted = [volume for each in services.values() for volume in each.get("volumes", ())]
    named = {volume.partition(":")[0] for volume in mounted}
    assert {name for name in named if not name.startswith(".")} == set(COMPOSE["volumes"])
    used = {name for each in services.values() for name in each.get("secrets", ())}
    assert used == set(COMPOSE["secrets"])
    assert all(set(each.get("depends_on", ())) <= set(services) for each in services.values())


def test_workers_see_the_outbox_of_their_coordinator() -> None:
    services = COMPOSE["services"]
    assert {"scheduler", "worker-1", "worker-2", "sandbox"} <= set(services)
    outbox = services["host-1"]["environment"]["FLA_BATCH_WORKSPACE__OUTBOX"]
    for name in ("worker-1", "worker-2"):
        (volume,) = services[name]["volumes"]
        assert volume == services["host-1"]["volumes"][0]
        assert outbox.startswith(volume.partition(":")[2])
        assert services[name]["command"].split()[2] == "tcp://scheduler:8786"
        assert services[name]["environment"]["POLARS_MAX_THREADS"] == "1"
    pod = WORKERS["spec"]["template"]["spec"]
    (worker,) = pod["containers"]
    assert WORKERS["spec"]["replicas"] == 2
    assert (
        WORKERS["spec"]["selector"]["matchLabels"]
        == WORKERS["spec"]["template"]["metadata"]["labels"]
    )
    mounts = {mount["name"]: mount["mountPath"] for mount in worker["volumeMounts"]}
    assert set(mounts) == {volume["name"] for volume in pod["volumes"]}
    assert outbox.startswith(mounts["shared"])
    assert worker["command"][2].startswith("tls://")


def test_the_copy_of_a_pod_is_mounted_where_the_outbox_is() -> None:
    pod = KUBERNETES["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (mount,) = container()["volumeMounts"]
    assert {volume["name"] for volume in pod["volumes"]} == {mount["name"]}
    outbox = next(e["value"] for e in container()["env"] if e["name"].endswith("OUTBOX"))
    assert outbox.startswith(mount["mountPath"])


def test_no_secret_stands_in_an_example() -> None:
    for environ in variables():
        assert not {"PGPASSWORD", "AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"} & set(environ)


def test_the_settings_are_settings(tmp_path: Path) -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "fla-batch.toml"
    path.write_text(text, encoding="utf-8")
    assert tomllib.loads(text)["workspace"]["store"] == load(path, environ={}).workspace.store


def test_what_is_to_be_installed_is_an_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {
        e for found in re.findall(r"pip install '\.\[([a-z,]+)\]'", PAGE) for e in found.split(",")
    }
    assert extras == {"cluster", "objects", "postgresql"}
    assert extras <= set(project["optional-dependencies"])
    plain = " ".join(project["dependencies"])
    assert "obstore" not in plain
    assert "psycopg" not in plain
    assert "distributed" not in plain


def test_a_store_beside_a_ledger_of_one_machine_is_refused(tmp_path: Path) -> None:
    environ = {f"{ENV_PREFIX}WORKSPACE__STORE": "s3://payroll/fla-batch"}
    with pytest.raises(ConfigurationMistake, match="ledger is a file"):
        outbox_of(load(None, environ=environ).workspace)
