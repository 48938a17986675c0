"""Write the sample workbooks from the text beside this script: `python samples/make.py [FOLDER]`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main(arguments: list[str]) -> int:
    """Write both workbooks into the folder given, or beside this script; 0 done, 1 bad text, 2 bad usage."""
    if len(arguments) > 1 or any(a.startswith("-") for a in arguments):
        sys.stderr.write("usage: make.py [FOLDER]\n")
        return 2
    # openpyxl writes other bytes when it finds lxml, and looks once, at import.
    os.environ["OPENPYXL_LXML"] = "False"
    sys.path.insert(0, str(HERE.parent))
    from samples.writing import categorisation, per_tree
    from samples.writing.archive import save
    from samples.writing.notation import TextError

    target = Path(arguments[0]) if arguments else HERE
    try:
        target.mkdir(parents=True, exist_ok=True)
        save(categorisation.build(HERE / "categorisation"), target / "categorisation.xlsx")
        save(per_tree.build(HERE / "per-tree"), target / "per-tree.xlsx")
    except (TextError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
