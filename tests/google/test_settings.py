"""The user's own google.toml: what it may say, and that nothing else says it."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from convert import cli
from convert.commands.fetch import google_settings


def test_the_users_own_file_sets_the_endpoint_and_options_win(home: Path) -> None:
    folder = home / "config" / "xen-support"
    folder.mkdir(parents=True)
    (folder / "google.toml").write_text('api-endpoint = "http://127.0.0.1:1"\ncredentials = "/key.json"\n')
    settings = google_settings(argparse.Namespace())
    assert (settings.api_endpoint, settings.credentials) == ("http://127.0.0.1:1", Path("/key.json"))
    assert google_settings(argparse.Namespace(api_endpoint="http://127.0.0.1:2")).api_endpoint == "http://127.0.0.1:2"


@pytest.mark.parametrize(
    ("text", "path"), [("~/key.json", "{home}/key.json"), ("key.json", "{folder}/key.json"), ("/key.json", "/key.json")]
)
def test_a_key_file_is_found_from_the_home_directory(
    text: str, path: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(home))
    folder = home / "config" / "xen-support"
    folder.mkdir(parents=True)
    (folder / "google.toml").write_text(f'credentials = "{text}"\n')
    assert google_settings(argparse.Namespace()).credentials == Path(path.format(home=home, folder=folder))


@pytest.mark.parametrize(
    "text",
    [
        "credentials = '~nobody-of-that-name/x'",
        f"a = {'9' * 5000}",
        "a = " + "[" * 5000,
        "api-endpoint = 1",
        "token = 'x'",
        "api-endpoint",
        "\0",
    ],
)
def test_a_bad_file_is_one_line(text: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = home / "config" / "xen-support"
    folder.mkdir(parents=True)
    (folder / "google.toml").write_text(text)
    assert cli.main(["fetch", "1AbcDefGhijklmnopqrstuvwxyz0123456789"]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "google.toml" in err and "Traceback" not in err


def test_a_settings_file_of_a_repository_sets_nothing(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "google.toml").write_text('api-endpoint = "http://127.0.0.1:1"\n')
    (tmp_path / "xen-support.toml").write_text('[google]\napi-endpoint = "http://127.0.0.1:1"\n')
    monkeypatch.chdir(tmp_path)
    assert google_settings(argparse.Namespace()).api_endpoint is None
