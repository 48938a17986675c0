"""The emulator refuses what the discovery documents do not allow, or the other tests would prove nothing."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from urllib.parse import quote

import pytest

from tests.google import builders as b
from tests.google.conftest import ID
from tests.google.discovery import check_reply
from tests.google.emulator import Google

WRONG = {
    "a blank in a mask": f"/v4/spreadsheets/{ID}?fields={quote('spreadsheetId, sheets')}",
    "a field that is not there": f"/v4/spreadsheets/{ID}?fields=sheets(cells)",
    "an open bracket": f"/v4/spreadsheets/{ID}?fields=sheets(properties",
    "an unknown parameter": f"/v4/spreadsheets/{ID}?range=A1",
    "no boolean": f"/v4/spreadsheets/{ID}?includeGridData=yes",
    "a value that is not listed": f"/v1/documents/{ID}?suggestionsViewMode=NO_SUGGESTIONS",
    "a parameter of another API": f"/drive/v3/files/{ID}?includeTabsContent=true",
    "a parameter twice": f"/drive/v3/files/{ID}?fields=id&fields=name",
    "fields of a scalar": f"/drive/v3/files/{ID}?supportsAllDrives=true&fields=name(first)",
    "media of a document": f"/v1/documents/{ID}?alt=media",
    "a missing parameter": f"/drive/v3/files/{ID}/export",
    "an empty mask": f"/v4/spreadsheets/{ID}?fields=",
}


def ask(google: Google, target: str) -> int:
    headers = {"authorization": f"Bearer {google.issue(['x/drive.readonly'])}"}
    try:
        with urllib.request.urlopen(urllib.request.Request(google.url + target, headers=headers), timeout=5) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as error:
        with error:
            assert json.load(error)["error"]["code"] == error.code
            return error.code


@pytest.mark.parametrize("name", WRONG)
def test_wrong_requests_get_400(google: Google, name: str) -> None:
    google.add_sheet(ID, b.spreadsheet(ID, b.sheet("T", [["x"]])))
    assert ask(google, WRONG[name]) == 400


def test_right_requests_get_200_and_unknown_paths_404(google: Google) -> None:
    google.add_sheet(ID, b.spreadsheet(ID, b.sheet("T", [["x"]])))
    assert ask(google, f"/v4/spreadsheets/{ID}?fields=sheets(properties(title),data.rowData.values.note)") == 200
    assert ask(google, f"/drive/v3/files/{ID}?supportsAllDrives=true") == 200
    assert ask(google, f"/v4/sheets/{ID}") == 404
    assert ask(google, f"/files/{ID}") == 404  # Drive's service path is not empty


def test_a_made_up_reply_must_be_as_documented() -> None:
    with pytest.raises(AssertionError, match="has no tabs"):
        check_reply("sheets", "Spreadsheet", {"tabs": []})
    with pytest.raises(AssertionError):
        check_reply("sheets", "Spreadsheet", b.spreadsheet(ID, b.sheet("T", [], properties={"hidden": "yes"})))
