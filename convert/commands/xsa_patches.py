"""xsa check --patches and --needs: a distribution's own patches, and what must go in before an advisory's."""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

from convert.commands.xsa_source import new_scope, open_source
from convert.failure import Failure
from convert.output.terminal import TOOL, clean
from convert.trees.version import UNSTABLE
from convert.xsa import choosing, needs, refs
from convert.xsa.facts import Facts
from convert.xsa.finding import Finder, PatchFile, Wanted, patch_files
from convert.xsa.history import History
from convert.xsa.judging import Judge
from convert.xsa.recipes import natural
from convert.xsa.report import proof
from convert.xsa.source import MAX_FILE

_MOST = 2000  # patches of one folder


def own_patches(folder: Path, history: History) -> list[PatchFile]:
    """The patches of a folder and the folders below it, in numeric order.  Raises Failure where there are none."""
    if not folder.is_dir():
        raise Failure(f"{clean(str(folder))}: no such directory")
    paths = sorted(
        (
            p
            for p in folder.rglob("*")
            if p.suffix in (".patch", ".diff") and p.is_file() and p.stat().st_size <= MAX_FILE
        ),
        key=lambda p: natural(p.relative_to(folder).as_posix()),
    )
    if not paths or len(paths) > _MOST:
        raise Failure(
            f"{clean(str(folder))}: {len(paths) or 'no'} files *.patch or *.diff of at most {MAX_FILE >> 20} MiB"
        )
    data = [(path.relative_to(folder).as_posix(), path.read_bytes()) for path in paths]
    return patch_files(history, [(name, hashlib.sha256(d).hexdigest(), d) for name, d in data])


def run_patches(args: argparse.Namespace) -> int:
    """One line a patch: `in REF as COMMIT`, or `not in REF`.  Raises Failure."""
    repo = args.repo or Path()
    _text_or_json(args.format, "--patches")
    if len(args.refs) != 1:
        raise Failure("--patches DIR needs one REF: the tree that may already have them")
    (ref,) = refs.read_refs(repo, args.refs, args.remote)
    mains = [tip for name in UNSTABLE if (tip := refs.tip_of(repo, name, args.remote))]
    history = History(repo, [ref.sha, *mains])
    finder = Finder(history, Facts(repo), [history.view(tip, tip) for tip in mains])
    files = own_patches(args.patches, history)
    view = history.view(ref.name, ref.sha)
    found = finder.find([Wanted(file, 0, view) for file in files])
    rows = []
    for file, one in zip(files, found, strict=True):
        commits = ", ".join(one.commits)
        words = {
            "applied": f"in {ref.name} as {commits} ({proof(one.how, one.evidence.lines)})",
            "reverted": f"not in {ref.name}: reverted ({', '.join(one.reverts)})",
            "unsure": f"not in {ref.name}, unless {commits}, which has its subject, is it",
        }
        said = words.get(one.verdict, f"not in {ref.name}" + ("" if file.pieces else ": no patch"))
        rows.append(
            {
                "patch": file.name,
                "ref": ref.name,
                "sha": ref.sha,
                "in": one.verdict == "applied",
                "commits": list(one.commits) if one.verdict == "applied" else [],
                "how": one.how,
            }
        )
        if args.format == "text":
            print(f"{clean(file.name)}: {clean(said)}")
    if args.format == "json":
        import json

        print(
            json.dumps(
                {"schema": "xen-support.xsa-patches/1", "tool": TOOL, "patches": rows}, ensure_ascii=False, indent=1
            )
        )
    return 0


def _text_or_json(chosen: str, option: str) -> None:
    if chosen not in ("text", "json"):
        raise Failure(f"{option} has the formats text and json, not {chosen}")


def run_needs(args: argparse.Namespace) -> int:
    """The commits between a tag and an advisory's StableRef that its patches are on, oldest first: a hash a line, or
    JSON.

    What they are goes to standard error, so that `git cherry-pick $(xen-support xsa check --needs N TAG)` takes the
    output.
    """
    repo = args.repo or Path()
    _text_or_json(args.format, "--needs")
    if len(args.refs) != 1:
        raise Failure("--needs XSA needs one REF: the tag to start from")
    (number,) = choosing.numbers([args.needs])[:1]
    scope, _ = new_scope(args)
    (ref,) = refs.read_refs(repo, args.refs, args.remote)
    with open_source(args, scope) as source:
        (advisory,) = choosing.choose(source, scope, [number], None)
        if not scope.open(advisory):
            raise Failure(f"XSA-{number} is not public")
        judge = Judge(repo, [ref], source, scope, remote=args.remote, keep=not scope.embargoed, staging=False)
        tip = refs.tip_of(repo, f"stable-{ref.version}", args.remote) or ref.sha
        found = needs.needed(judge, advisory, ref, tip, source.advisories)
        prereqs = [n for n in needs.recipe_for(judge, advisory, ref).prereqs if n != number]
        problems = list(source.problems)
    others = ", ".join(f"XSA-{n}" for n in prereqs)
    print(
        f"xen-support: XSA-{number} for {ref.recipe} is applied after {others or 'no other'}",
        file=sys.stderr,
    )
    if args.format == "json":
        import json

        value = {
            "schema": "xen-support.xsa-needs/1",
            "tool": TOOL,
            "xsa": number,
            "ref": ref.name,
            "sha": ref.sha,
            "version": ref.recipe,
            "prereqs": prereqs,
            "commits": [
                {"commit": one.commit.hash, "subject": clean(one.commit.subject), "why": clean(one.why)}
                for one in found
            ],
            "problems": [clean(text) for text in problems],
        }
        print(json.dumps(value, ensure_ascii=False, indent=1))
    for one in found:
        if args.format == "text":
            print(one.commit.hash)
        print(f"xen-support: {one.commit.hash[:12]} {clean(one.commit.subject)} ({clean(one.why)})", file=sys.stderr)
    for problem in problems:
        print(f"xen-support: {clean(problem)}", file=sys.stderr)
    return 2 if problems else 0
