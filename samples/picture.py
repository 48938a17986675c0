"""Draw features.png: some rows of the sample's Features tab beside the lines that they become; `python
samples/picture.py [FILE]`.

Needs the packages of `make test` and Chromium.
"""

from __future__ import annotations

import shutil
import sys
from html import escape
from pathlib import Path

HERE = Path(__file__).resolve().parent
BOOK, PICTURE = HERE / "categorisation.xlsx", HERE / "features.png"
TREE = "4.20"
FEATURES = ("PVCalls (backend)", "ARM/PCI Device Passthrough", "ARM/Non-PCI device passthrough")
COLUMNS = ("Section", "Feature", "Variant", "master", TREE, "Description", "Caveats", "Discussion")
_STYLE = """
body { margin: 0; background: #fff; font: 13px/1.35 "DejaVu Sans", "Liberation Sans", sans-serif; color: #1b1b1b; }
main { display: flex; gap: 14px; padding: 14px; width: max-content; align-items: flex-start; }
h2 { font-size: 13px; margin: 0 0 6px; color: #555; font-weight: 600; }
table { border-collapse: collapse; }
td, th { border: 1px solid #c4c8ce; padding: 4px 6px; vertical-align: top; text-align: left; max-width: 118px; }
td:nth-child(n+7) { min-width: 118px; }
th { background: #1f4e79; color: #fff; font-weight: 600; }
td.row { background: #eceff2; color: #666; }
td.tree, th.tree { background: #fff4cf; color: #1b1b1b; }
td.private { color: #9a9a9a; font-style: italic; }
pre { margin: 0; padding: 12px; background: #f6f8fa; border: 1px solid #d7dbe0;
  font: 12.5px/1.4 "DejaVu Sans Mono", "Liberation Mono", monospace; }
pre b { background: #fff4cf; font-weight: 400; }
.arrow { align-self: center; font-size: 34px; color: #1f4e79; }
"""


def rows() -> list[tuple[int, list[str]]]:
    """The rows of the chosen features: their numbers, and the cells of the columns that are shown."""
    from convert.sheet.workbook import open_workbook

    tab = next(tab for tab in open_workbook(BOOK).tabs if tab.title == "Features")
    heads = [cell.text if cell else "" for cell in tab.rows[0].cells]
    places = [heads.index(name) for name in COLUMNS]
    found: list[tuple[int, list[str]]] = []
    section = feature = last = ""
    for row in tab.rows[1:]:
        cells = [" ".join(cell.text.split()) if cell else "" for cell in row.cells] + [""] * len(heads)
        section, feature = cells[places[0]] or section, cells[places[1]] or feature
        if feature in FEATURES:
            shown = [cells[place] for place in places]
            shown[0] = section if section != last else ""
            last = section
            found.append((row.number, shown))
    return found


def lines() -> list[str]:
    """The lines of the tree's draft that these rows become."""
    from convert.draft.translate import translate
    from convert.sheet.categorise import categorise
    from convert.sheet.layout import load_layout
    from convert.sheet.workbook import open_workbook

    found = categorise(open_workbook(BOOK), load_layout(None))
    tree = found.tree(TREE)
    if tree is None:
        raise ValueError(f"the sample has no tree {TREE}")
    out: list[str] = []
    keep = False
    for line in translate(found, tree).text.splitlines():
        if line.startswith("#"):
            keep = line.removeprefix("### ") in FEATURES
        if keep:
            out.append(line)
    return out


def page() -> str:
    """The picture as a page."""
    head = "".join(f'<th class="{"tree" if name == TREE else ""}">{escape(name)}</th>' for name in COLUMNS)
    body = "".join(
        f'<tr><td class="row">{number}</td>'
        + "".join(
            f'<td class="{"tree" if name == TREE else "private" if name == "Discussion" else ""}">{escape(text)}</td>'
            for name, text in zip(COLUMNS, cells, strict=True)
        )
        + "</tr>"
        for number, cells in rows()
    )
    text = "\n".join(f"<b>{escape(line)}</b>" if "Status" in line else escape(line) for line in lines())
    return (
        '<!DOCTYPE html><html lang="en"><meta'
        f' charset="utf-8"><style>{_STYLE}</style><main><section><h2>categorisation.xlsx, tab'
        f" Features</h2><table><tr><th></th>{head}</tr>{body}</table></section><div"
        f' class="arrow">&rarr;</div><section><h2>{TREE}/SUPPORT.md</h2><pre>{text}</pre></section></main></html>'
    )


def main(arguments: list[str]) -> int:
    """Draw into the file given, or beside this script; 0 done, 2 bad usage or no browser."""
    sys.path.insert(0, str(HERE.parent))
    browser_path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if len(arguments) > 1 or browser_path is None:
        sys.stderr.write(
            "usage: picture.py [FILE]\n" if browser_path else "chromium is missing: apt-get install chromium\n"
        )
        return 2
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"])
        view = browser.new_page(viewport={"width": 1800, "height": 300}, device_scale_factor=1)
        view.set_content(page())
        view.locator("main").screenshot(path=str(Path(arguments[0]) if arguments else PICTURE))
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
