"""The settings: file, environment, paths, and what a practice configuration can never do."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from fla_batch.configuration.loading import load
from fla_batch.configuration.mistakes import WrongSettings
from fla_batch.configuration.sections import Settings
from fla_batch.configuration.settings_file import find
from fla_batch.vocabulary.errors import ConfigurationMistake
from fla_batch.vocabulary.terms import Environment


def toml(folder: Path, text: str) -> Path:
    path = folder / "fla-batch.toml"
    path.write_text(text)
    return path


def refused(folder: Path, text: str, **environ: str) -> ConfigurationMistake:
    with pytest.raises(ConfigurationMistake) as caught:
        load(toml(folder, text), environ=environ)
    return caught.value


def test_defaults_without_a_file() -> None:
    settings = load(None, environ={})
    assert settings.environment is Environment.SIMULATION
    assert (settings.limits.part_bytes, settings.limits.part_forms) == (100_000_000, 50_000)
    assert settings.limits.parts == 9
    assert settings.answers.delete_on_server is False
    assert settings.gateway.legacy_ssh_rsa is False


def test_relative_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    path = toml(
        tmp_path,
        '[workspace]\noutbox = "out"\nledger = "sqlite:///out/l.db"\n'
        '[gateway]\nkey_file = "k.pem"\n[signing]\npkcs12_file = "/else/where.p12"\n',
    )
    settings = load(path, environ={})
    assert settings.workspace.outbox == tmp_path / "out"
    assert settings.workspace.ledger == f"sqlite:///{tmp_path}/out/l.db"
    assert settings.gateway.key_file == tmp_path / "k.pem"
    assert settings.signing.pkcs12_file == Path("/else/where.p12")


def test_a_variable_overrides_one_key_and_leaves_its_neighbours(tmp_path: Path) -> None:
    path = toml(tmp_path, '[sender]\nnumber = "123456"\nenvironment = "S"\n')
    settings = load(path, environ={"FLA_BATCH_SENDER__ENVIRONMENT": "T", "OTHER": "x"})
    assert settings.sender.number == "123456"
    assert settings.environment is Environment.CIRCUIT_TEST


def test_variables_become_numbers_and_flags() -> None:
    environ = {
        "FLA_BATCH_LIMITS__PARTS": "3",
        "FLA_BATCH_GATEWAY__LEGACY_SSH_RSA": "true",
        "FLA_BATCH_ANSWERS__OVERDUE_NOTI_DAYS": "1.5",
        "FLA_BATCH_P12_PASSWORD": "not a setting",
    }
    settings = load(None, environ=environ)
    assert settings.limits.parts == 3
    assert settings.gateway.legacy_ssh_rsa is True
    assert settings.answers.overdue_noti_days == 1.5


def test_the_process_environment_counts_unless_another_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FLA_BATCH_SENDER__NUMBER", "654321")
    assert load(None).sender.number == "654321"
    assert load(None, environ={}).sender.number == ""


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ('[sender]\nnumbr = "1"', "line 2: unknown key numbr in [sender]", "Did you mean number?"),
        ("[gatway]\nport = 1", "line 1: unknown section [gatway]", "Did you mean gateway?"),
        ("\n\n[zzz]", "line 3: unknown section [zzz]", "Known are: sender, workspace"),
    ],
)
def test_an_unknown_key_names_the_nearest(
    tmp_path: Path, text: str, message: str, hint: str
) -> None:
    error = refused(tmp_path, text)
    assert str(error) == f"fla-batch.toml, {message}"
    assert hint in error.hint


def test_an_unknown_variable_names_the_nearest() -> None:
    with pytest.raises(ConfigurationMistake, match="FLA_BATCH_SENDER__NUMBR") as caught:
        load(None, environ={"FLA_BATCH_SENDER__NUMBR": "123456"})
    assert caught.value.hint == "Did you mean FLA_BATCH_SENDER__NUMBER?"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[sender]\nnumber = "12345"', "fla-batch.toml, line 2: sender.number must be 6 digits"),
        ('[sender]\nenvironment = "P"', "line 2: sender.environment must be R, T or S"),
        ("[limits]\n\n# nine\nparts = 10", "line 4: limits.parts: input should be less than or"),
        ("sender = 3", "line 1: sender must be a section, [sender], with a key on each line"),
        ("sender.number = 3", "line 1: sender.number must be 6 digits"),
        ("sender = {number = '1'}", "line 1: sender.number must be 6 digits"),
        ('[answers]\nkinds = [\n "ACRF",\n "x"]', "line 2: answers.kinds"),
        ("[sender]\nx = \ny = 1", "fla-batch.toml, line 2: this is not TOML: Invalid value"),
        ("[sender", "fla-batch.toml: this is not TOML"),
    ],
)
def test_a_wrong_value_names_its_place(tmp_path: Path, text: str, message: str) -> None:
    assert message in str(refused(tmp_path, text))


def test_a_wrong_value_is_not_quoted(tmp_path: Path) -> None:
    """It may be a password in the wrong place (S10)."""
    error = refused(tmp_path, '[limits]\nparts = "hunter2-secret"')
    assert "hunter2-secret" not in str(error) + error.hint


def test_an_unknown_key_in_a_section_as_a_variable_names_the_nearest() -> None:
    with pytest.raises(ConfigurationMistake) as caught:
        load(None, environ={"FLA_BATCH_LIMITS": '{"prts": 3, "part_form": 1}'})
    assert "FLA_BATCH_LIMITS: unknown key prts in [limits] (Did you mean parts?)" in str(
        caught.value
    )
    assert "unknown key part_form in [limits]" in str(caught.value)


def test_several_values_and_whole_sections_are_json_in_variables() -> None:
    """A key of its own comes over that of the section; upper or lower case."""
    environ = {
        "FLA_BATCH_ANSWERS__KINDS": '["ACRF", "NOTI"]',
        "FLA_BATCH_LIMITS": '{"parts": 3, "part_forms": 7}',
        "fla_batch_limits__parts": "4",
    }
    settings = load(None, environ=environ)
    assert settings.answers.kinds == ("ACRF", "NOTI")
    assert (settings.limits.parts, settings.limits.part_forms) == (4, 7)


@pytest.mark.parametrize(
    ("variable", "text", "said"),
    [
        ("FLA_BATCH_LIMITS", "3", "limits must be a section, [limits]"),
        ("FLA_BATCH_ANSWERS__KINDS", "ACRF", "a variable of that kind holds no JSON"),
        ("FLA_BATCH_ANSWERS__KINDS", "", "FLA_BATCH_ANSWERS__KINDS: answers.kinds: input should"),
        ("FLA_BATCH_LIMITS__PARTS__X", "3", "FLA_BATCH_LIMITS__PARTS__X: unknown variable"),
    ],
)
def test_a_variable_that_cannot_be_meant_so_is_named(variable: str, text: str, said: str) -> None:
    with pytest.raises(WrongSettings) as caught:
        load(None, environ={variable: text})
    assert said in str(caught.value)


@pytest.mark.parametrize("section", ["gateway", "rest"])
@pytest.mark.parametrize("text", ["3", "[]", "true", '"loopback_only"'])
def test_a_variable_that_is_no_section_is_named_beside_a_file_for_practice(
    tmp_path: Path, section: str, text: str
) -> None:
    variable = f"FLA_BATCH_{section}".upper()
    error = refused(tmp_path, f"[{section}]\nloopback_only = true\n", **{variable: text})
    assert (
        str(error)
        == f"{variable}: {section} must be a section, [{section}], with a key on each line"
    )


def test_a_variable_that_says_null_says_nothing(tmp_path: Path) -> None:
    environ = {"FLA_BATCH_LIMITS": "null", "FLA_BATCH_LIMITS__PARTS": "4"}
    text = "[gateway]\nloopback_only = true\n"
    settings = load(toml(tmp_path, text), environ={**environ, "FLA_BATCH_GATEWAY": "null"})
    assert settings.limits.parts == 4
    assert settings.gateway.loopback_only


def test_a_section_as_a_variable_is_refused_without_its_value() -> None:
    with pytest.raises(ConfigurationMistake) as caught:
        load(None, environ={"FLA_BATCH_SIGNING": "hunter2-secret"})
    assert "hunter2-secret" not in str(caught.value) + caught.value.hint


def test_a_file_that_is_no_text_or_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "fla-batch.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationMistake, match=r"fla-batch\.toml: this is no text"):
        load(path, environ={})
    with pytest.raises(ConfigurationMistake, match="cannot be read"):
        load(tmp_path, environ={})


def test_the_file_is_looked_for_here_and_then_in_the_users_folder(tmp_path: Path) -> None:
    here, user = tmp_path / "here", tmp_path / "user"
    here.mkdir()
    user.mkdir()
    assert find(None, here=here, user_folder=user) is None
    ours = toml(user, "")
    assert find(None, here=here, user_folder=user) == ours
    nearer = toml(here, "")
    assert find(None, here=here, user_folder=user) == nearer
    assert find(ours, here=here, user_folder=user) == ours
    with pytest.raises(ConfigurationMistake, match="there is no file"):
        find(tmp_path / "none.toml", here=here, user_folder=user)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "localhost"])
def test_practice_reaches_this_machine(tmp_path: Path, host: str) -> None:
    text = f'[gateway]\nloopback_only = true\nhost = "{host}"\n'
    assert load(toml(tmp_path, text), environ={}).gateway.host == host


@pytest.mark.parametrize(
    "host", ["sftp.socialsecurity.be", "192.168.1.1", "localhost.evil.example", "0.0.0.0"]
)
def test_practice_never_names_another_machine(tmp_path: Path, host: str) -> None:
    """S14, also when only a variable names it."""
    own = '[gateway]\nloopback_only = true\nhost = "127.0.0.1"\n'
    assert host in str(refused(tmp_path, own.replace("127.0.0.1", host)))
    assert host in str(refused(tmp_path, own, FLA_BATCH_GATEWAY__HOST=host))


def test_a_variable_cannot_let_practice_out(tmp_path: Path) -> None:
    own = '[gateway]\nloopback_only = true\nhost = "127.0.0.1"\n'
    error = refused(tmp_path, own, FLA_BATCH_GATEWAY__LOOPBACK_ONLY="false")
    assert "loopback_only is set in the file" in str(error)


def test_a_real_configuration_may_name_the_production_host(tmp_path: Path) -> None:
    text = '[sender]\nenvironment = "T"\n[gateway]\nhost = "sftp.socialsecurity.be"\n'
    assert load(toml(tmp_path, text), environ={}).gateway.host == "sftp.socialsecurity.be"


def test_the_shipped_file_names_every_key_with_its_default() -> None:
    text = files("fla_batch.cli").joinpath("fla-batch.toml").read_text(encoding="utf-8")
    lines = [
        line.removeprefix("# ") for line in text.splitlines() if "=" in line or line[:1] == "["
    ]
    shown = tomllib.loads("\n".join(lines[lines.index("[sender]") :]))
    for name, info in Settings.model_fields.items():
        section = info.annotation
        assert section is not None
        if name == "employers":  # its keys are the user's own
            assert shown[name]
            continue
        assert set(shown[name]) == set(section.model_fields), name
        for key, field in section.model_fields.items():
            if shown[name][key] != "..." and field.default is not None:
                value = shown[name][key]
                told = tuple(value) if isinstance(value, list) else value
                assert str(told) == str(field.default), f"{name}.{key}"


def test_a_configuration_as_windows_saves_it(tmp_path: Path) -> None:
    """Case config-with-bom: a byte order mark, two of them, or UTF-16."""
    plain = (Path(__file__).parent / "config-with-bom.toml").read_text("utf-8-sig")
    for content in (
        ("\ufeff" + plain).encode(),
        ("\ufeff\ufeff" + plain).encode(),
        plain.encode("utf-16"),
        ("\ufeff" + plain.replace("\n", "\r\n")).encode("utf-16-be"),
    ):
        path = tmp_path / "fla-batch.toml"
        path.write_bytes(content)
        assert load(path, environ={}).sender.number == "123456"


def test_all_mistakes_come_at_once_each_with_its_place(tmp_path: Path) -> None:
    """Of the file and of the environment, also one whose value comes over that of the file."""
    text = '[sender]\nnumbr = "1"\nenvironment = "X"\n[gatway]\n[limits]\nparts = 3\n'
    with pytest.raises(WrongSettings) as caught:
        load(
            toml(tmp_path, text),
            environ={
                "FLA_BATCH_LIMITS__PARTS": "ten",
                "FLA_BATCH_GATEWAY__PRT": "1",
                "FLA_BATCH_LANG": "es",
            },
        )
    assert {(each.place, each.said.split(":")[0]) for each in caught.value.mistakes} == {
        ("fla-batch.toml, line 2", "unknown key numbr in [sender]"),
        ("fla-batch.toml, line 3", "sender.environment must be R, T or S"),
        ("fla-batch.toml, line 4", "unknown section [gatway]"),
        ("FLA_BATCH_LIMITS__PARTS", "limits.parts"),
        ("FLA_BATCH_GATEWAY__PRT", "unknown variable"),
        ("FLA_BATCH_LANG", "must be one of en, fr, nl, de"),
    }
    told = str(caught.value)
    assert told.startswith("6 mistakes in the settings\n  ")
    assert "(Did you mean gateway?)" in told


def test_practice_that_leaves_this_machine_is_told_with_its_line(tmp_path: Path) -> None:
    error = refused(tmp_path, "[gateway]\nloopback_only = true\n\nhost = 'sftp.example'\n")
    assert str(error).startswith("fla-batch.toml, line 4: [gateway] loopback_only is set")
