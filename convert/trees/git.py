"""The only place that runs git."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from convert.failure import Failure

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory

Graph = list[tuple[str, tuple[str, ...]]]

# what a repository's own configuration must not make us do: run hooks, pagers, external diffs, file-system monitors
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.pager=cat", "-c", "diff.external=")
# what would change bytes that we read or write: the encoding of messages, the length of short hashes, the order of
# files
_SAME = (
    "-c",
    "i18n.commitEncoding=UTF-8",
    "-c",
    "i18n.logOutputEncoding=UTF-8",
    "-c",
    "core.abbrev=10",
    "-c",
    "diff.orderFile=/dev/null",
)
# of the caller's GIT_* variables: who they are and their settings, but nothing that leads to another repository
_KEPT = ("GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_CONFIG_")
_NO_SETTINGS = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_ATTR_NOSYSTEM": "1"}

_MISSING = "git is not installed; try: apt-get install git"
# what the system says where a file cannot be written
_ENVIRONMENT = (
    "No space left",
    "Disk quota",
    "Read-only file system",
    "Permission denied",
    "File too large",
    "Input/output error",
)


def run(
    repo: Path,
    *arguments: str,
    data: bytes | None = None,
    variables: Mapping[str, str] | None = None,
    settings: bool = True,
) -> subprocess.CompletedProcess[bytes]:
    """Run git in a repository; the completed process, whatever its status.  Raises Failure where git is missing.

    `variables` are added to git's environment, which has of the caller's GIT_* variables only identity and settings
    (git(1), "Environment Variables").  `settings` false: those of the user and the machine have no part in it.
    """
    try:
        return subprocess.run(
            _command(repo, arguments),
            input=data,
            capture_output=True,
            env=_environment(variables or {}, settings=settings),
            check=False,
        )
    except FileNotFoundError:
        raise Failure(_MISSING) from None


def _command(repo: Path, arguments: Sequence[str]) -> list[str]:
    return ["git", "--no-pager", "-C", str(repo), *_SAFE, *_SAME, *arguments]


def _environment(variables: Mapping[str, str], *, settings: bool) -> dict[str, str]:
    kept = _KEPT if settings else _KEPT[:2]
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith("GIT_") or key.startswith(kept)
    }
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8"}
    return environment | {**({} if settings else _NO_SETTINGS), **variables}


def _run_beside(
    repo: Path, *arguments: str, data: bytes, meanwhile: Callable[[], object]
) -> subprocess.CompletedProcess[bytes]:
    """As `run`, of a git that reads all of `data` before it writes; `meanwhile` is called while it works.

    What that raises ends git, too.
    """
    command, pipe = _command(repo, arguments), subprocess.PIPE
    try:
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=_environment({}, settings=True))
    except FileNotFoundError:
        raise Failure(_MISSING) from None
    with process:
        try:
            assert process.stdin is not None
            with suppress(BrokenPipeError), process.stdin as stream:  # git may have ended by then
                stream.write(data)
            process.stdin = None
            meanwhile()
            out, err = process.communicate()
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def top_level(folder: Path) -> Path | None:
    """The top of the work tree that a folder lies in; None outside any."""
    done = run(folder, "rev-parse", "--show-toplevel")
    text = done.stdout.decode(errors="replace").strip()
    return Path(text) if done.returncode == 0 and text else None


def blob(repo: Path, ref: str, path: str) -> bytes:
    """The bytes of a file at a ref, read without a checkout.  Raises Failure where there is no such thing."""
    if ref.startswith("-"):
        raise Failure(f"{ref}: not the name of a ref")
    done = run(repo, "cat-file", "blob", f"{ref}:{path}")
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        why = said[-1].removeprefix("fatal: ") if said else "git failed"
        raise Failure(f"{ref}:{path}: {why}")
    return done.stdout


def commit(repo: Path, name: str) -> str | None:
    """The commit that a name of any kind means; None where it means none."""
    if name.startswith("-"):
        return None
    done = run(repo, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    return done.stdout.decode(errors="replace").strip() or None if done.returncode == 0 else None


def full_name(repo: Path, name: str) -> str:
    """The full name (`refs/...`) of the ref that a short one means; empty for a hash and the like."""
    done = run(repo, "rev-parse", "--verify", "--quiet", "--symbolic-full-name", "--end-of-options", name)
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else ""


def refs(repo: Path, *patterns: str) -> dict[str, str]:
    """The refs that match the patterns of for-each-ref, full name -> object.  Raises Failure outside a repository."""
    done = run(repo, "for-each-ref", "--format=%(refname) %(objectname)", *patterns)
    if done.returncode:
        raise Failure(f"{repo}: {_said(done)}")
    lines = _each_line(done.stdout)
    return {name: commit for name, _, commit in (line.rpartition(" ") for line in lines)}


def ref_commits(repo: Path) -> dict[str, tuple[str, str | None]] | None:
    """All refs, full name -> (object, its commit; None where that is not known yet); None outside a repository.

    One process for what would be two or three for each name.  Of a symbolic ref the commit is left open, as it goes by
    the name of the ref that it leads to.
    """
    kinds = "%(refname) %(objectname) %(objecttype) %(*objectname) %(*objecttype) %(symref)"
    done = run(repo, "for-each-ref", f"--format={kinds}", variables={"GIT_NO_LAZY_FETCH": "1"})
    if done.returncode:  # one missing object is enough for that, and a partial clone is asked for none
        done = run(repo, "for-each-ref", "--format=%(refname) %(objectname)    ")
        if done.returncode:
            return None
    found: dict[str, tuple[str, str | None]] = {}
    for line in _each_line(done.stdout):
        name, own, kind, inner, inner_kind, other = line.split(" ")
        commit = own if kind == "commit" else inner if inner_kind == "commit" else None
        found[name] = own, None if other else commit
    return found


def _each_line(listed: bytes) -> list[str]:
    """Lines that git ends with LF; the names of refs may hold all other line ends that Unicode has (U+0085, U+2028)."""
    return listed.decode(errors="replace").split("\n")[:-1]


def day(repo: Path, name: str) -> str:
    """The day on which a commit was committed, as YYYY-MM-DD in the committer's time zone."""
    done = run(repo, "log", "-1", "--no-show-signature", "--format=%cs", "--end-of-options", name, "--")
    if done.returncode:
        raise Failure(f"{name}: {_said(done)}")
    return done.stdout.decode(errors="replace").strip()


def commits(repo: Path, old: str, new: str, path: str) -> list[tuple[str, tuple[str, ...], str]]:
    """The commits after `old` up to `new` that touch a path, oldest first: (hash, parents, subject).  Raises
    Failure.
    """
    done = run(
        repo,
        "log",
        "-z",
        "--reverse",
        "--topo-order",
        "--full-history",
        "--no-show-signature",
        "--format=%H%x00%P%x00%s",
        f"{old}..{new}",
        "--",
        _top(path),
    )
    if done.returncode:
        raise Failure(f"{old}..{new}: {_said(done)}")
    words = done.stdout.decode(errors="replace").split("\0")
    return [(words[n], tuple(words[n + 1].split()), words[n + 2]) for n in range(0, len(words) - 2, 3)]


def _top(path: str) -> str:
    """A path of git log from the repository's top, wherever the command was started."""
    return f":(top,literal){path}"


def files_of(repo: Path, commit: str) -> list[str]:
    """The files that a commit changes against its first parent.  Raises Failure."""
    done = run(
        repo, "diff-tree", "-r", "-z", "-m", "--first-parent", "--root", "--no-commit-id", "--name-only", commit, "--"
    )
    if done.returncode:
        raise Failure(f"{commit}: {_said(done)}")
    return [path for path in done.stdout.decode(errors="replace").split("\0") if path]


def object_of(repo: Path, name: str) -> bytes | None:
    """The bytes of a blob; None where there is none of that name."""
    if name.startswith("-"):
        return None
    done = run(repo, "cat-file", "blob", name)
    return done.stdout if done.returncode == 0 else None


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    said = done.stderr.decode(errors="replace").strip().splitlines()
    cause = next((line for line in said if any(words in line for words in _ENVIRONMENT)), None)
    return (cause or said[-1]).removeprefix("error: ").removeprefix("fatal: ") if said else "git failed"


def merge_file(ours: str, base: str, theirs: str, labels: tuple[str, str, str]) -> tuple[str, int]:
    """Three texts merged by lines as `git merge-file --zdiff3` does, and the number of conflicts in the result.

    `labels` name ours, the base and theirs in the conflict markers.  Raises Failure where git cannot do it.
    """
    with _temporary() as folder:
        paths = [Path(folder, name) for name in ("ours", "base", "theirs")]
        for path, text in zip(paths, (ours, base, theirs), strict=True):
            path.write_bytes(text.encode("utf-8", "surrogatepass") + b"\n")
        named = [word for label in labels for word in ("-L", label)]
        done = run(Path(folder), "merge-file", "-p", "-q", "--zdiff3", *named, *map(str, paths), settings=False)
    if done.returncode < 0 or done.returncode > 127:
        raise Failure(f"git merge-file: {_said(done)}")
    return done.stdout.decode("utf-8", "surrogatepass").removesuffix("\n"), done.returncode


def batch(repo: Path, names: Sequence[str], limit: int = 64 * 1024 * 1024, *, fetch: bool = True) -> list[bytes | None]:
    """The bytes of many objects through one `git cat-file --batch`; None where there is none, a folder, or one above
    `limit` bytes.

    A name is any that git knows, such as `HASH:PATH`.  `fetch` false: a partial clone fetches none (git 2.44 and later;
    before, git does as it likes).  Raises Failure where git itself fails.
    """
    offline = None if fetch else {"GIT_NO_LAZY_FETCH": "1"}
    asked = [name for name in names if "\n" not in name]
    sizes = run(
        repo,
        "cat-file",
        "--batch-check=%(objectname) %(objectsize) %(objecttype)",
        data=_lines(asked),
        variables=offline,
    )
    if sizes.returncode:
        raise Failure(f"{repo}: {_said(sizes)}")
    found = dict(zip(asked, (line.split() for line in sizes.stdout.decode(errors="replace").splitlines()), strict=True))
    there = {name: at for name, at in found.items() if len(at) == 3 and at[2] in ("blob", "commit", "tag")}
    ids = {name: at[0] for name, at in there.items() if int(at[1]) <= limit}
    wanted = list(dict.fromkeys(ids.values()))
    done = run(repo, "cat-file", "--batch", data=_lines(wanted), variables=offline)
    if done.returncode:
        raise Failure(f"{repo}: {_said(done)}")
    objects: dict[str, bytes] = {}
    at = 0
    for identity in wanted:
        start = done.stdout.index(b"\n", at) + 1
        size = int(done.stdout[at:start].split()[2])
        objects[identity] = done.stdout[start : start + size]
        at = start + size + 1
    return [objects[ids[name]] if name in ids else None for name in names]


def identities(repo: Path, names: Sequence[str], *, fetch: bool = True) -> list[str | None]:
    """The object that each name means, through one `git cat-file --batch-check`; None where there is none.

    `fetch` as in `batch`.
    """
    offline = None if fetch else {"GIT_NO_LAZY_FETCH": "1"}
    done = run(repo, "cat-file", "--batch-check=%(objectname)", data=_lines(names), variables=offline)
    if done.returncode:
        raise Failure(f"{repo}: {_said(done)}")
    lines = done.stdout.decode(errors="replace").splitlines()
    return [None if " " in line else line for line in lines]


def graph(
    repo: Path,
    commits: Sequence[str],
    path: str,
    without: Sequence[str] = (),
    meanwhile: Callable[[], object] = lambda: None,
) -> tuple[Graph, dict[str, str]]:
    """The history of a path as (commit, parents), newest first, with both sides of each merge; the parents are the
    nearest commits in it.  What the commits of `without` lead to, and they themselves, are not looked through.

    With it, of commits that were asked for, the first commit of this history that each leads to.  Where two lead to one
    commit, git says so of only one of the two (git-log(1), --source).  `meanwhile` is called while git looks for all
    that, and what it raises ends it.  Raises Failure.
    """
    done = _run_beside(
        repo, "log", "-z", "--no-follow", "--topo-order", "--parents", "--full-history", "--no-show-signature",
        "--format=%H%n%S%n%P", "--stdin", "--", _top(path),
        data=_lines([*commits, *_not(without)]), meanwhile=meanwhile,
    )  # fmt: skip
    if done.returncode:
        raise Failure(f"{repo}: {_said(done)}")
    found: Graph = []
    first: dict[str, str] = {}
    for entry in done.stdout.decode(errors="replace").split("\0"):
        if entry:
            commit, reached_from, parents = entry.split("\n")
            found.append((commit, tuple(parents.split())))
            first.setdefault(reached_from, commit)
    return found, first


def tag_days(repo: Path, *patterns: str) -> dict[str, str]:
    """The tags that match patterns below refs/tags (default: all), name -> the day (YYYY-MM-DD) that each was made on.

    Of a lightweight tag it is the commit's day; each in the time zone of who made it.  Raises Failure outside a
    repository.
    """
    done = run(
        repo, "for-each-ref", "--format=%(refname:strip=2) %(creatordate:short)",
        *(f"refs/tags/{pattern}" for pattern in patterns or ("",)),
    )  # fmt: skip
    if done.returncode:
        raise Failure(f"{repo}: {_said(done)}")
    lines = _each_line(done.stdout)
    return {name: made for name, _, made in (line.rpartition(" ") for line in lines) if made}


def newest(repo: Path, commit: str, path: str, without: Sequence[str] = ()) -> str | None:
    """The first commit of `graph` that a commit leads to; None where the path was never there."""
    done = run(
        repo, "log", "-1", "--no-follow", "--parents", "--full-history", "--no-show-signature", "--format=%H",
        "--end-of-options", commit, *_not(without), "--", _top(path),
    )  # fmt: skip
    return done.stdout.decode(errors="replace").strip() or None if done.returncode == 0 else None


def _not(commits: Sequence[str]) -> list[str]:
    """As git's arguments: without what the commits lead to."""
    return [f"^{commit}" for commit in commits]


def shallow(repo: Path) -> bool:
    """Whether the repository has only the newest part of its history."""
    return rewritten(repo)[0]


def rewritten(repo: Path) -> tuple[bool, bool]:
    """(shallow, whether anything stands in for commits or their parents), through one process.

    That is a shallow clone, replacement refs or grafts; so it is, too, where it cannot be found out.
    """
    done = run(
        repo, "rev-parse", "--path-format=absolute", "--is-shallow-repository", "--git-common-dir",
        "--glob=refs/replace/",
    )  # fmt: skip
    said, _, rest = done.stdout.removesuffix(b"\n").partition(b"\n")
    shallow = said == b"true"
    if done.returncode or said != b"false" or b"\n" in rest:  # a line more for each replacement ref
        return shallow, True
    return shallow, (Path(os.fsdecode(rest)) / "info" / "grafts").exists()


def _lines(names: Sequence[str]) -> bytes:
    return "".join(f"{name}\n" for name in names).encode(errors="surrogateescape")


def common_dir(repo: Path) -> Path:
    """The folder that all work trees of a repository share.  Raises Failure outside a repository."""
    done = run(repo, "rev-parse", "--path-format=absolute", "--git-common-dir")
    if done.returncode:
        raise Failure(f"{repo}: {_said(done)}")
    return Path(os.fsdecode(done.stdout.removesuffix(b"\n")))


def merge_base(repo: Path, one: str, other: str) -> str | None:
    """The best common ancestor of two commits; None where there is none, or where a shallow clone does not have it."""
    done = run(repo, "merge-base", "--end-of-options", one, other)
    return done.stdout.decode().split("\n")[0] or None if done.returncode == 0 else None


def is_ancestor(repo: Path, old: str, new: str) -> bool:
    """Whether a commit is another one, or in its history."""
    return run(repo, "merge-base", "--is-ancestor", "--end-of-options", old, new).returncode == 0


def messages(repo: Path, tip: str, without: Sequence[str] = (), *, straight: bool = False) -> list[tuple[str, str]]:
    """The commits of a history, newest first: (hash, message); without what is in the history of others.

    `straight`: of merges, the first parents' only.  Raises Failure.
    """
    done = run(
        repo,
        "log",
        "-z",
        "--topo-order",
        "--no-show-signature",
        "--format=%H%n%B",
        *(["--first-parent"] if straight else []),
        "--end-of-options",
        tip,
        *_not(without),
        "--",
    )
    if done.returncode:
        raise Failure(f"{tip}: {_said(done)}")
    entries = done.stdout.decode(errors="replace").split("\0")
    return [(commit, text) for commit, _, text in (entry.lstrip("\n").partition("\n") for entry in entries) if commit]


def parents(repo: Path, name: str) -> tuple[str, ...]:
    """The parents of a commit.  Raises Failure."""
    head = raw_commit(repo, name).partition(b"\n\n")[0]
    return tuple(line[7:].decode() for line in head.split(b"\n") if line.startswith(b"parent "))


def reflog(repo: Path) -> list[str]:
    """The commits in the reflogs of all refs and of HEAD, newest first; none where nothing is logged."""
    done = run(repo, "log", "--walk-reflogs", "--all", "--no-show-signature", "--format=%H", "--max-count=5000")
    return list(dict.fromkeys(done.stdout.decode(errors="replace").split())) if done.returncode == 0 else []


def checkouts(repo: Path) -> dict[str, Path]:
    """The branches that are checked out, by full name, with the work tree of each."""
    done = run(repo, "worktree", "list", "--porcelain", "-z")
    if done.returncode:
        raise Failure(f"{repo}: {_said(done)}")
    found: dict[str, Path] = {}
    folder = Path()
    for entry in done.stdout.split(b"\0"):
        word, _, rest = entry.partition(b" ")
        if word == b"worktree":
            folder = Path(os.fsdecode(rest))
        elif word == b"branch":
            found[rest.decode(errors="replace")] = folder
    return found


def is_clean(folder: Path) -> bool:
    """Whether a work tree and its index are as its commit; files that git does not know do not count."""
    done = run(folder, "status", "--porcelain", "--untracked-files=no")
    return done.returncode == 0 and not done.stdout.strip()


def step_checkout(folder: Path, old: str, new: str) -> None:
    """Take a work tree and its index from a commit to another; files that were changed meanwhile are not
    overwritten.
    """
    _checked(run(folder, "read-tree", "-m", "-u", old, new), "read-tree")


def identity(repo: Path) -> str:
    """`Name <address>` of the committer, from git's settings.  Raises Failure where they have none."""
    done = run(repo, "var", "GIT_COMMITTER_IDENT")
    if done.returncode:
        raise Failure("git does not know who you are; set user.name and user.email with git config")
    return done.stdout.decode(errors="replace").rpartition("> ")[0] + ">"


def store(repo: Path, data: bytes) -> str:
    """The hash of a new blob."""
    return _checked(run(repo, "hash-object", "-w", "--stdin", data=data), "hash-object")


def store_tree(repo: Path, files: Mapping[str, str], above: str | None = None) -> str:
    """The hash of a new tree: that of `above` (a commit; none: empty) with these files (name -> blob) at its top."""
    entries: dict[bytes, bytes] = {}
    if above is not None:
        done = run(repo, "ls-tree", "-z", above)
        _checked(done, "ls-tree")
        entries = {line.split(b"\t", 1)[1]: line for line in done.stdout.split(b"\0") if line}
    for name, blob in files.items():
        mode = entries[name.encode()][:6] if name.encode() in entries else b"100644"
        entries[name.encode()] = b"%s blob %s\t%s" % (mode, blob.encode(), name.encode())
    lines = b"".join(entry + b"\0" for entry in entries.values())
    return _checked(run(repo, "mktree", "-z", "--missing", data=lines), "mktree")


def merge_trees(repo: Path, base: str, ours: str, theirs: str, ours_in: str) -> str | list[str]:
    """Three commits' trees merged file by file, in an index of its own: the tree, or the paths that both sides changed.

    The file `ours_in` (at the top) is taken from ours.
    """
    with _temporary() as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
        _checked(run(repo, "read-tree", "-i", "-m", "--aggressive", base, ours, theirs, variables=index), "read-tree")
        entry = run(repo, "ls-tree", "-z", ours, "--", ours_in).stdout
        if entry:
            head = entry.split(b"\t")[0].split()
            line = b"0 %s\t%s\0%s %s\t%s\0" % (
                b"0" * len(head[2]),
                ours_in.encode(),
                head[0],
                head[2],
                ours_in.encode(),
            )
            _checked(run(repo, "update-index", "-z", "--index-info", data=line, variables=index), "update-index")
        unmerged = run(repo, "ls-files", "-z", "--unmerged", variables=index).stdout
        if unmerged:
            return sorted({os.fsdecode(line.split(b"\t", 1)[1]) for line in unmerged.split(b"\0") if line})
        return _checked(run(repo, "write-tree", "--missing-ok", variables=index), "write-tree")


def store_commit(
    repo: Path, tree: str, parents: Sequence[str], message: str, variables: Mapping[str, str] | None = None
) -> str:
    """The hash of a new commit; its people are those of git's settings, or of `variables`."""
    above = [word for parent in parents for word in ("-p", parent)]
    return _checked(
        run(repo, "commit-tree", *above, "-F", "-", tree, data=message.encode(), variables=variables), "commit-tree"
    )


def move_refs(repo: Path, moves: Sequence[tuple[str, str, str | None]]) -> str | None:
    """Move refs in one transaction: (name, new, old; None where there must be none yet).

    What git said where it refuses, because a ref is no longer at its old value or another process holds it; then none
    of them has moved.  They are written in the order given, should the machine stop in between.
    """
    lines = [f"update {name}\0{new}\0{old or '0' * len(new)}\0" for name, new, old in moves]
    text = "".join(["start\0", *lines, "prepare\0", "commit\0"])
    done = run(repo, "update-ref", "-z", "--stdin", "-m", "xen-support update", data=text.encode())
    if done.returncode == 0:
        return None
    said = done.stderr.decode(errors="replace").strip().splitlines()
    return " ".join(said[:1]).removeprefix("fatal: ") or "git failed"


def move_refs_or_fail(repo: Path, moves: Sequence[tuple[str, str, str | None]], about: str) -> None:
    """`move_refs`; where it refuses, Failure with the cause and what to do: a lock that was left, a full disk, a ref
    that moved.
    """
    refused = move_refs(repo, moves)
    if refused is None:
        return
    lock = re.search(r"Unable to create '([^']*\.lock)'", refused)
    if lock is not None:
        raise Failure(
            f"{about}: {os.path.normpath(lock[1])} is there: another git is at work, or was killed; nothing was"
            " changed. Remove the file if no git is running, and run this again"
        )
    said = refused.partition(": ")[2] if refused.startswith("prepare: ") else refused
    if any(words in refused for words in _ENVIRONMENT):
        raise Failure(f"{about}: git cannot write its refs, so nothing was changed: {said}")
    raise Failure(
        f"{about}: something else has changed its refs meanwhile, so nothing was changed; run it again ({said})"
    )


def _checked(done: subprocess.CompletedProcess[bytes], what: str) -> str:
    if done.returncode:
        raise Failure(f"git {what}: {_said(done)}")
    return done.stdout.decode(errors="replace").strip()


def history(repo: Path, old: str, new: str) -> list[str]:
    """The commits after `old` up to `new`, oldest first; of merges, the first parents' only.  Raises Failure."""
    done = run(repo, "rev-list", "--reverse", "--first-parent", f"{old}..{new}", "--")
    return _checked(done, f"rev-list {old}..{new}").split()


def raw_commit(repo: Path, name: str) -> bytes:
    """A commit object as git stores it.  Raises Failure."""
    done = run(repo, "cat-file", "commit", name)
    _checked(done, f"cat-file {name}")
    return done.stdout


def changed_files(repo: Path, old: str, new: str) -> dict[str, tuple[str, str] | None]:
    """The files that differ between two trees or commits: path -> (mode, blob) in the new one, None where it is
    gone.
    """
    done = run(repo, "diff-tree", "-r", "-z", "--no-renames", old, new)
    _checked(done, "diff-tree")
    words = os.fsdecode(done.stdout).split("\0")
    found: dict[str, tuple[str, str] | None] = {}
    for head, path in zip(words[::2], words[1::2], strict=False):
        _, mode, _, blob, _ = head.removeprefix(":").split(" ")
        found[path] = (mode, blob) if mode != "000000" else None
    return found


def store_files(repo: Path, above: str, files: Mapping[str, tuple[str, str] | None]) -> str:
    """The hash of a new tree: that of `above` (a full hash) with these files, path -> (mode, blob), None for one
    that goes.
    """
    with _temporary() as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
        _checked(run(repo, "read-tree", above, variables=index), "read-tree")
        lines = b"".join(
            os.fsencode(f"{at[0]} {at[1]}\t{path}\0" if at else f"0 {'0' * len(above)}\t{path}\0")
            for path, at in files.items()
        )
        _checked(run(repo, "update-index", "-z", "--index-info", data=lines, variables=index), "update-index")
        return _checked(run(repo, "write-tree", "--missing-ok", variables=index), "write-tree")


def changed_lines(repo: Path, old: str, new: str) -> bytes:
    """The lines that a step takes away and adds, file by file, without what is around them and where."""
    with _borrowing(repo) as bare:
        done = run(
            bare, "diff-tree", "-r", "-p", "-U0", "--text", "--no-renames", "--no-ext-diff", "--no-textconv",
            "--diff-algorithm=myers", "--src-prefix=a/", "--dst-prefix=b/", old, new, settings=False,
        )  # fmt: skip
    _checked(done, "diff-tree")
    kept = (line for line in done.stdout.split(b"\n") if line[:1] in b"+-\\" and line)
    return b"\n".join(kept)


def format_patches(
    repo: Path, base: str, tip: str, folder: Path, prefix: str, version: int, variables: Mapping[str, str],
    *, cover: bool = True,
) -> list[Path]:  # fmt: skip
    """The commits after `base` up to `tip` as mails in a folder, numbered behind an empty cover letter (`cover`); the
    files in order.

    `variables` date the cover letter.  Nobody's settings and attributes have a part in it: the same commits give the
    same mails everywhere.
    """
    numbered = [f"-v{version}"] if version > 1 else []
    name, _, address = identity(repo).removesuffix(">").partition(" <")
    people = {"GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": address}
    with _borrowing(repo) as bare:
        done = run(
            bare,
            "format-patch",
            "-q",
            "-o",
            str(folder.resolve()),
            f"--subject-prefix={prefix}",
            *numbered,
            *(["-n", "--cover-letter"] if cover else ["-N", "--no-cover-letter"]),
            "--cover-from-description=none",
            "--no-signature",
            "--no-attach",
            "--no-thread",
            "--no-notes",
            "--no-cc",
            "--no-to",
            "--no-add-header",
            "--no-base",
            "--no-from",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
            "--no-color",
            "--stat=72",
            "-p",
            "-U3",
            "--diff-algorithm=myers",
            "--src-prefix=a/",
            "--dst-prefix=b/",
            "--suffix=.patch",
            "--encode-email-headers",
            "--text",
            f"{base}..{tip}",
            variables={**people, **variables},
            settings=False,
        )
    _checked(done, "format-patch")
    return sorted(folder.glob("*.patch"))


def range_diff(repo: Path, old: tuple[str, str], new: tuple[str, str], *, short: bool = False) -> str:
    """How two series, each (base, tip), differ patch by patch; `short`: without the patches' texts.  Raises Failure."""
    flags = ["--no-patch"] if short else []
    with _borrowing(repo) as bare:
        done = run(
            bare, "range-diff", "--no-color", *flags, f"{old[0]}..{old[1]}", f"{new[0]}..{new[1]}", settings=False
        )
    _checked(done, "range-diff")
    return done.stdout.decode(errors="replace").rstrip("\n")


def config(repo: Path, key: str) -> str | None:
    """A setting of the repository itself; None where it has none."""
    done = run(repo, "config", "--local", "--null", "--get", key)
    return done.stdout.decode(errors="replace").removesuffix("\0") if done.returncode == 0 else None


def set_config(repo: Path, key: str, value: str) -> None:
    """Set a setting of the repository.  Raises Failure."""
    _checked(run(repo, "config", "--local", "--replace-all", key, value), f"config {key}")


def _temporary() -> TemporaryDirectory[str]:
    """A folder for a while."""
    from tempfile import TemporaryDirectory  # with all that it imports, which commands that only read do without

    return TemporaryDirectory(prefix="xen-support-")


def _borrow(repo: Path, folder: Path, inside: Path, *options: str) -> None:
    """Make a repository in a folder that has the objects of another, of the same hash, and no attributes of anybody."""
    form = run(repo, "rev-parse", "--show-object-format").stdout.decode().strip() or "sha1"
    _checked(run(folder, "init", "-q", "--template=", f"--object-format={form}", *options, ".", settings=False), "init")
    common = common_dir(repo)
    (inside / "objects" / "info").mkdir(exist_ok=True)
    (inside / "objects" / "info" / "alternates").write_bytes(os.fsencode(common / "objects") + b"\n")
    if (common / "shallow").is_file():
        (inside / "shallow").write_bytes((common / "shallow").read_bytes())


@contextmanager
def _borrowing(repo: Path) -> Iterator[Path]:
    """A bare repository for a while, with the objects of `repo` and nothing of its settings and attributes."""
    with _temporary() as name:
        folder = Path(name)
        _borrow(repo, folder, folder, "--bare")
        yield folder


def scratch(repo: Path, commit: str, paths: Sequence[str], folder: Path) -> None:
    """A work tree of its own at a commit, with only these files checked out; the repository stays as it is.

    The folder is a new repository that borrows the objects; to be removed by whoever asked for it.
    """
    inside = folder / ".git"
    _borrow(repo, folder, inside)
    (inside / "info").mkdir(exist_ok=True)
    (inside / "info" / "sparse-checkout").write_text("".join(f"/{path}\n" for path in paths))
    set_config(folder, "core.sparseCheckout", "true")
    set_config(folder, "core.sparseCheckoutCone", "false")
    set_config(folder, "core.autocrlf", "false")
    (inside / "info" / "attributes").write_text("* -text\n")
    _checked(run(folder, "update-ref", "--no-deref", "HEAD", commit, settings=False), "update-ref")
    _checked(run(folder, "read-tree", "-m", "-u", "HEAD", settings=False), "read-tree")


def apply_mail(folder: Path, mail: Path, variables: Mapping[str, str]) -> str | None:
    """Apply a mail with `git am`; what git said where it does not apply.  `variables` name the committer."""
    done = run(
        folder,
        "am",
        "--keep-cr",
        "--no-gpg-sign",
        "--no-3way",
        str(mail.resolve()),
        variables=variables,
        settings=False,
    )
    if done.returncode == 0:
        return None
    run(folder, "am", "--abort", variables=variables, settings=False)
    said = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
    return next((line.removeprefix("error: ") for line in said if line.startswith("error: ")), _said(done))


def files(repo: Path, commit: str, *below: str) -> list[str]:
    """The paths of all files of a commit in some folders, or of these names.  Raises Failure."""
    done = run(repo, "ls-tree", "-r", "-z", "--name-only", commit, "--", *below)
    _checked(done, "ls-tree")
    return [os.fsdecode(path) for path in done.stdout.split(b"\0") if path]


def folders(repo: Path, commit: str) -> list[str]:
    """The paths of all folders of a commit.  Raises Failure."""
    done = run(repo, "ls-tree", "-r", "-d", "-z", "--name-only", commit)
    _checked(done, "ls-tree")
    return [os.fsdecode(path) for path in done.stdout.split(b"\0") if path]
