"""series: patches ready to mail."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from convert.commands.source import load
from convert.draft.draft import public_questions
from convert.failure import Failure
from convert.output.terminal import clean
from convert.release.note import load as load_note
from convert.series import plan, posted, themes
from convert.series.check import check
from convert.series.findings import Expected
from convert.series.making import Nothing, Ready, Request, prepare, write
from convert.series.plan import Blocked, Change
from convert.series.release import find as find_release
from convert.series.together import is_one, joined, own_mails
from convert.sheet.model import Categorisation
from convert.trees import git

MOST = 20  # mails that nobody is surprised by


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "series",
        help="patches ready to mail",
        description=(
            "Write what support/TREE changes against the tree's staging branch as mails for `git send-email"
            " OUTDIR/*.patch`, made from commits on the branch series/TREE. Nothing is sent, and the network is not"
            " used. Exit status 1 where the mails are not fit to be sent, or a tree is blocked."
        ),
    )
    parser.add_argument(
        "--repo", type=Path, default=Path(), metavar="DIR", help="the xen.git (default: the current one)"
    )
    parser.add_argument(
        "--tree", action="append", metavar="T", help="a tree (repeatable; default: the unstable one only)"
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="OUTDIR", help="where the mails go; several trees: OUTDIR/TREE"
    )
    what = parser.add_argument_group("the series")
    what.add_argument(
        "--split",
        choices=("theme", "section", "none"),
        help=(
            "a patch for each theme, and for single architectures; one for each section; or one for all (default:"
            " theme for a new file)"
        ),
    )
    what.add_argument(
        "--themes",
        type=Path,
        metavar="FILE",
        help="the themes (TOML): a table each, with sections and variants as patterns",
    )
    what.add_argument(
        "-v", "--reroll-count", type=_number, dest="version", metavar="N", help="the version (default: the next)"
    )
    what.add_argument("--no-rfc", action="store_true", help="[PATCH], not [PATCH RFC]")
    what.add_argument("--for", dest="release", metavar="X.Y", help="[PATCH for-X.Y], while that release is in freeze")
    what.add_argument(
        "--onto", metavar="REF", help="the branch that the patches are for (default: staging, staging-X.Y)"
    )
    what.add_argument("--remote", metavar="R", help="the remote whose branch is meant, where several have it")
    what.add_argument("--cover", type=Path, metavar="FILE", help="your own text for the cover letter, in front of ours")
    what.add_argument(
        "--questions", metavar="SOURCE", help="the workbook, whose open questions the cover letter lists by place"
    )
    what.add_argument("-s", "--signoff", action="store_true", help="add your Signed-off-by")
    what.add_argument("--backport", metavar="VERSION", help="add a tag Backport: VERSION, such as 4.19+")
    what.add_argument("--cc", action="append", default=[], metavar="ADDRESS", help="a further Cc (repeatable)")
    what.add_argument("--no-cc", action="store_true", help="no Cc from MAINTAINERS")
    what.add_argument(
        "--run-get-maintainer",
        action="store_true",
        help="ask the tree's own scripts/get_maintainer.pl; this runs code of the repository",
    )
    what.add_argument("--yes-many", action="store_true", help=f"write more than {MOST} mails")
    what.add_argument("--force", action="store_true", help="overwrite mails in OUTDIR that were edited by hand")
    parser.add_argument("--check", action="store_true", help="only check the mails that are in OUTDIR")
    parser.add_argument(
        "--new", action="store_true", help="begin a new series at v1, whatever became of the one before"
    )
    parser.add_argument(
        "--abandon", action="store_true", help="give up the series that was made last; the next begins at v1"
    )
    parser.add_argument("--mark-posted", action="store_true", help="note that the mails written last have been sent")
    book = parser.add_argument_group("the workbook of --questions")
    book.add_argument("--layout", type=Path, metavar="FILE", help="a layout file")
    book.add_argument("--keep-unknown", action="store_true", help="take unknown statuses as they are")
    parser.set_defaults(func=run)


def _number(text: str) -> int:
    if not re.fullmatch(r"v?[1-9][0-9]{0,2}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not the number of a version")
    return int(text.removeprefix("v"))


def run(args: argparse.Namespace) -> int:
    """Make the series, write and check the mails; or check, mark as posted, give up."""
    git.common_dir(args.repo)
    names = list(dict.fromkeys(args.tree or plan.default_trees(args.repo)))
    chosen = [word for word in ("check", "new", "abandon", "mark_posted") if getattr(args, word)]
    if len(chosen) > 1:
        raise Failure(f"--{chosen[0]} or --{chosen[1]}, not both".replace("_", "-"))
    if args.mark_posted or args.abandon:
        return _note(args, names)
    if args.output is None:
        raise Failure("where to? Give -o OUTDIR")
    folders = {name: args.output / name if len(names) > 1 else args.output for name in names}
    if args.check:
        return max([_check_only(args, name, folder) for name, folder in folders.items()])
    book = (
        load(argparse.Namespace(**{**vars(args), "source": args.questions, "offline": True}))
        if args.questions
        else None
    )
    status, ready = _prepare(args, names, book)
    unfit = _write(args, ready, folders, book)
    if ready and not unfit:
        chosen_trees = "".join(f" --tree {clean(one.change.tree)}" for one in ready) if args.tree else ""
        print(f"then: xen-support series --repo {clean(str(args.repo))}{chosen_trees} --mark-posted", file=sys.stderr)
    return max(status, int(unfit))


def _note(args: argparse.Namespace, names: Sequence[str]) -> int:
    """Note that the series were posted, or given up."""
    for name in names:
        if args.abandon:
            print(f"{clean(name)}: {clean(posted.abandon(args.repo, name))}")
        else:
            version, note = posted.mark(args.repo, name, args.version)
            print(f"{clean(name)}: v{version} {clean(note)}")
    return 0


def _prepare(args: argparse.Namespace, names: Sequence[str], book: Categorisation | None) -> tuple[int, list[Ready]]:
    """Make the series of each tree; the exit status so far, and those that there are.  Raises Failure for too many
    mails.
    """
    known = themes.load(args.themes)
    if args.themes is not None and args.split not in (None, "theme"):
        raise Failure(f"--themes needs --split theme, not --split {args.split}")
    ready: list[Ready] = []
    status = 0
    for name in names:
        made = prepare(args.repo, _request(args, name, book, known))
        if isinstance(made, Blocked):
            print(f"xen-support: {clean(name)}: {clean(made.why)}", file=sys.stderr)
            status = 1
        elif isinstance(made, Nothing):
            print(f"{clean(name)}: nothing to send; the tree's branch has what support/{clean(name)} has")
            for line in made.notes:
                print(clean(line))
        else:
            ready.append(made)
    count = sum(len(one.mails) for one in ready)
    if count > MOST and not args.yes_many:
        raise Failure(
            f"that makes {count} mails, more than {MOST}; --yes-many if it is meant, --split theme for fewer, --split"
            " none for one patch a tree"
        )
    return status, ready


def _write(
    args: argparse.Namespace, ready: Sequence[Ready], folders: Mapping[str, Path], book: Categorisation | None
) -> bool:
    """Write and check the mails; whether some are not fit to be sent."""
    together = is_one(ready)
    unfit = False
    to_send: list[Path] = []
    for number, one in enumerate(joined(ready) if together else ready):
        folder = args.output if together else folders[one.change.tree]
        files = write(args.repo, one, folder, force=args.force)
        _tell(one, files if not together or number == 0 else [])
        if _check(args, files, one.change, book, one.release.note.number if together and one.release else None):
            unfit = True
        elif folder not in to_send:
            to_send.append(folder)
    for folder in to_send if not (together and unfit) else []:
        print(f"to send: git send-email {clean(str(folder))}/*.patch", file=sys.stderr)
    return unfit


def _request(
    args: argparse.Namespace, name: str, book: Categorisation | None, known: tuple[themes.Theme, ...]
) -> Request:
    questions = None
    if book is not None:
        asked = public_questions([q for q in book.open_questions if q.tree == name]).split("\n\n", 1)[1].splitlines()
        questions = tuple(line for line in asked if line != "None.")
    own = args.cover.read_text(encoding="utf-8", errors="replace") if args.cover else None
    split = args.split or ("theme" if args.themes is not None else None)
    return Request(
        name,
        args.version,
        split,
        known,
        not args.no_rfc,
        args.release,
        args.onto,
        args.remote,
        args.signoff,
        args.backport,
        own,
        questions,
        tuple(args.cc),
        not args.no_cc,
        args.run_get_maintainer,
        args.new,
    )


def _tell(ready: Ready, files: Sequence[Path]) -> None:
    for note in ready.notes:
        print(f"xen-support: {clean(note)}", file=sys.stderr)
    for file in files:
        print(clean(str(file)))


def _check_only(args: argparse.Namespace, name: str, folder: Path) -> int:
    """Check mails as they lie in a folder, or those of a joint series in the folder above."""
    files, among = sorted(folder.glob("*.patch")), None
    if not files and folder != args.output and (note := load_note(args.repo, name)) is not None:
        files, among = sorted(args.output.glob("*.patch")), note.number
    if not files:
        raise Failure(f"{folder}: no mails")
    record = posted.load(args.repo, name)
    change = plan.find(args.repo, name, args.remote, args.onto or (record.base if record else None))
    if isinstance(change, Blocked) or change.empty:
        why = change.why if isinstance(change, Blocked) else "nothing to send"
        print(f"xen-support: {clean(name)}: {clean(why)}", file=sys.stderr)
        return 1
    return _check(args, files, change, None, among)


def _check(
    args: argparse.Namespace,
    files: Sequence[Path],
    change: Change,
    book: Categorisation | None,
    among: str | None = None,
) -> int:
    """Check a tree's mails; `among`: the number of a tree whose patch is one of a joint series."""
    private = (Path(book.workbook).name,) if book is not None and re.search("[. ]", book.workbook) else ()
    tip = git.commit(args.repo, posted.branch_of(change.tree))
    commits = git.history(args.repo, change.base, tip) if tip else []
    expected = Expected(change, tuple(commits), private, release=find_release(args.repo, change) is not None)
    if among is not None:
        own = own_mails(files, among)
        expected = replace(expected, numbers=tuple(number for number, _ in own), count=len(files) - 1)
        files = [file for _, file in own]
    found = check(args.repo, files, expected)
    for finding in found:
        print(f"{clean(finding.mail)}: {finding.severity}: {clean(finding.text)}", file=sys.stderr)
    return int(any(finding.severity == "error" for finding in found))
