"""The public directory over https: asked politely, only for what it lists and what is public, and remembered.

Never asked for is a name that no list, page or public .meta has named, nor anything of an advisory whose public time
has not passed: a request tells its server, and whoever reads its log, what somebody is looking for.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from convert import __version__
from convert.failure import Failure, counted, installing, printable
from convert.net.transport import Guard, Limits, TransientError, is_loopback, retry_after
from convert.xsa import advisories as reading
from convert.xsa.advisories import Advisory, owner, safe_name
from convert.xsa.cache import Record, Store
from convert.xsa.patches import read
from convert.xsa.recipes import read_meta
from convert.xsa.source import MAX_FILE, Scope, Source, wrong_sum

PACE = 0.5  # seconds from one request to the next
PATIENCE = 60.0  # seconds that a Retry-After may ask for
LISTS = ("xsa.json", "index.html")
_TRIES = 3
_TIMEOUT = 20.0
_AGAIN = frozenset({429, 500, 502, 503, 504})
_GONE = frozenset({404, 410})


class Server(Source):
    """The advisories of an http(s) address.  Raises Failure for an address that is none, and where httplib2 is missing.

    `most`: how many requests one run may make; `plain`: http is allowed to other machines; `tell` shows progress.
    """

    local = False

    def __init__(
        self, url: str, scope: Scope, *, offline: bool = False, most: int = 300, plain: bool = False,
        tell: Callable[[str], None] | None = None,
    ) -> None:  # fmt: skip
        parts = urlsplit(url)
        if not parts.hostname or parts.query or parts.fragment or parts.username or parts.password:
            raise Failure(f"{printable(url.split('?')[0].rpartition('@')[2])[:100]}: not the address of a directory")
        super().__init__(url if url.endswith("/") else url + "/")
        self.scope, self.offline, self.most = scope, offline, most
        self.asked = 0
        self._host = printable(parts.hostname)
        self._store = Store(self.url)
        self._tell = tell or (lambda text: None)
        self._next = 0.0
        self._list: tuple[str, bytes] | None = None
        self._pages: dict[int, tuple[bytes, int | None]] = {}
        self._unread: set[int] = set()
        self._limits = Limits(deadline=_TIMEOUT, timeout=_TIMEOUT, max_reply=MAX_FILE)
        if parts.scheme == "http" and not plain and not is_loopback(parts.hostname):
            raise Failure(f"{self._host}: only https is used, unless --insecure-http allows http")
        self._guard = None if offline else _guard(self._limits, parts.hostname, plain)

    def close(self) -> None:
        """Drop the connection, and the line of progress."""
        self._tell("")
        if self._guard is not None:
            self._guard.close()

    # -- what is listed

    def listing(self) -> tuple[str, bytes]:
        """xsa.json, conditionally where it is cached; index.html where the server has no xsa.json.  Raises Failure."""
        if self._list is None:
            for name in LISTS:
                data = self._get(name, None)
                if data is not None:
                    self._list = name, data
                    break
            else:
                where = "the cache has" if self.offline else f"{self._host} has"
                raise Failure(
                    f"{self.url}: {where} neither xsa.json nor index.html"
                    + ("; ask once without --offline" * self.offline)
                )
            record = self._store.record(self._list[0])
            if record is not None and self.offline:
                self.read_at = reading.when(record.read) or self.read_at
                self.notes.append(f"offline: what {self.url} said on {record.read} is used, {_age(self.read_at)} old")
            self._see()
        return self._list

    def _see(self) -> None:
        """Note the versions of what is public, so that a new one is seen as such."""
        if self._list is None or not self._list[0].endswith(".json"):
            return
        known = self._store.versions()
        seen = dict(known)
        now = datetime.now(UTC)
        for one in reading.read_json(self._list[1]):
            if one.version is not None and one.is_public(now):
                old = known.get(str(one.number))
                if old is None:
                    seen[str(one.number)] = (one.version, one.day or "")
                elif old[0] != one.version:
                    seen[str(one.number)] = (one.version, now.date().isoformat())
        if seen != known and not self.offline:
            self._store.keep_versions(seen)

    def moved(self, since: date) -> frozenset[int]:
        """The advisories of which this cache first saw a new version on a day or later."""
        self.listing()
        return frozenset(
            int(n) for n, (version, day) in self._store.versions().items() if version > 1 and day >= since.isoformat()
        )

    def names(self, advisory: Advisory) -> tuple[str, ...]:
        """What the advisory's page and its entry list; nothing of what is not public."""
        if not self._may(advisory):
            return ()
        page, _ = self._page(advisory)
        found = [*advisory.files, *reading.links(page)]
        return tuple(dict.fromkeys(name for name in found if self._belongs(name, advisory)))

    def unread(self, advisory: Advisory) -> bool:
        """Whether its page, which lists its files, could not be had: offline, or with no request left."""
        return advisory.number in self._unread

    def _page(self, advisory: Advisory) -> tuple[bytes, int | None]:
        """The advisory's page and its version; a page that is not there is a problem."""
        if advisory.number not in self._pages:
            name = advisory.page or f"advisory-{advisory.number}.html"
            data = b""
            if not self._belongs(name, advisory):
                self.problems.append(
                    f"XSA-{advisory.number}: its page is called {printable(name)}; it is not asked for"
                )
            else:
                try:
                    got = self._get(name, advisory.version)
                    if got is None:
                        self.problems.append(f"{name} is not there")
                    data = got or b""
                except Failure as failure:
                    self._unread.add(advisory.number)
                    self.problems.append(str(failure))
            self._pages[advisory.number] = data, advisory.version or reading.read_text(data).version
        return self._pages[advisory.number]

    def _may(self, advisory: Advisory) -> bool:
        return self.scope.open(advisory) and advisory.is_public(datetime.now(UTC))

    def _belongs(self, name: str, advisory: Advisory) -> bool:
        """Whether a name is this advisory's, or that of another one that is public."""
        number = owner(name)
        if number in (None, advisory.number):
            return safe_name(name)
        other = self.advisories.get(number or 0)
        return safe_name(name) and other is not None and self._may(other)

    def fetch(self, name: str, advisory: Advisory) -> bytes | None:
        """A listed file of a public advisory, held against the sha256 that the page lists.  Raises Failure."""
        if not self._may(advisory) or not self._belongs(name, advisory):
            raise Failure(f"XSA-{advisory.number}: {printable(name)} is not public; it is not asked for")
        page, version = self._page(advisory)
        return self._get(name, version, reading.read_text(page).sums)

    # -- asking

    def _get(self, name: str, version: int | None, sums: Iterable[tuple[str, str]] = ()) -> bytes | None:
        """A file by its name: from the cache where its advisory's version has not moved, else asked for.  Raises
        Failure.
        """
        record = self._store.record(name)
        cached = self._store.data(record) if record is not None else None
        if record is None or cached is None:
            record = cached = None
        elif self.offline or (version is not None and record.version == version):
            return cached
        if self.offline:
            if name in LISTS:
                return None
            raise Failure(f"{name} is not in the cache; ask once without --offline")
        status, answer, data = self._ask(name, _conditions(record))
        if status in _GONE:
            return None
        if status == 304 and cached is not None:
            data = cached
        elif status != 200:
            raise Failure(f"{self._host} answers {status} for {name}")
        problem = wrong_sum(name, data, sums) or _unsound(name, data)
        if problem:
            raise Failure(problem)
        return self._kept(name, data, version, answer, record if status == 304 else None)

    def _kept(self, name: str, data: bytes, version: int | None, answer: Any, old: Record | None) -> bytes:  # noqa: ANN401
        """Keep an answer; `old` is the record that a 304 confirmed, which need not say again what has not changed."""
        etag, modified = _field(answer, "etag"), _field(answer, "last-modified")
        if old is not None:
            etag, modified = etag or old.etag, modified or old.modified
        elif name in LISTS:
            data, etag, modified = self._fit_to_keep(name, data, etag, modified)
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%MZ")
        self._store.keep(name, data, Record(hashlib.sha256(data).hexdigest(), etag, modified, now, version))
        return data

    def _fit_to_keep(
        self, name: str, data: bytes, etag: str | None, modified: str | None
    ) -> tuple[bytes, str | None, str | None]:
        """A list without what it says too much of announced advisories.

        Then it is asked for anew the next time, as what is announced now may be public by then.
        """
        kept = reading.without_embargoed(name, data, datetime.now(UTC))
        return (data, etag, modified) if kept is None else (kept, None, None)

    def _ask(self, name: str, headers: Mapping[str, str]) -> tuple[int, Any, bytes]:
        """One file asked for, again where that may help.  Raises Failure."""
        wait = 1.0
        for attempt in range(1, _TRIES + 1):
            why, after = "", None
            try:
                status, answer, data = self._once(name, headers)
                if status not in _AGAIN:
                    return status, answer, data
                why = f"{self._host} answers {status} for {name}"
                after = retry_after(answer.get("retry-after"), time.time())
            except TransientError as error:
                why, after = f"{name}: {error}", error.after
            pause = wait if after is None else after
            if attempt == _TRIES:
                break
            if pause > PATIENCE:
                minutes = "for ever" if math.isinf(pause) else f"{pause / 60:.0f} minutes"
                raise Failure(f"{why}, and asks to wait {minutes}; try again later")
            self._tell(f"{self._host} asks to wait {pause:.0f} s")
            time.sleep(pause)
            wait *= 2
        raise Failure(why)

    def _once(self, name: str, headers: Mapping[str, str]) -> tuple[int, Any, bytes]:
        assert self._guard is not None
        if self.asked >= self.most:
            raise Failure(
                f"{self.most} requests made, which --max-requests allows; what was read is kept, so run it again"
            )
        time.sleep(max(0.0, self._next - time.monotonic()))
        self.asked += 1
        self._tell(f"{self._host}: request {self.asked}, {name}")
        self._limits.start()
        try:
            answer, data = self._guard.request(
                self.url + quote(name), headers={"user-agent": f"xen-support/{__version__}", **headers}
            )
        except Failure as failure:
            raise Failure(f"{name}: {failure}") from None
        finally:
            self._next = time.monotonic() + PACE
        return int(answer.status), answer, data


def _unsound(name: str, data: bytes) -> str | None:
    """Why an answer is not what its name says, such as the page of a network that wants a sign-in; None where it may
    be.
    """
    number = owner(name)
    try:
        if name.endswith(".patch"):
            return None if read(data) else f"{name} is not a patch"
        if name.endswith(".meta"):
            read_meta(name, data)
        elif name == LISTS[0]:
            reading.read_json(data)
        elif name == LISTS[1]:
            reading.read_index(data)
        elif number is not None and str(number).encode() not in data:
            return f"{name} does not name XSA-{number}; it is not a page of an advisory"
    except Failure as failure:
        return str(failure)
    return None


def _conditions(record: Record | None) -> dict[str, str]:
    """The headers of a conditional request."""
    named = (("if-none-match", record.etag), ("if-modified-since", record.modified)) if record else ()
    return {key: value for key, value in named if value}


def _field(answer: Any, name: str) -> str | None:  # noqa: ANN401
    """A field of an answer that is sent back the next time; None where there is none of a decent size."""
    value = str(answer.get(name, ""))
    return value if 0 < len(value) <= 200 else None


def _guard(limits: Limits, host: str, plain: bool) -> Guard:
    try:
        return Guard(limits, only_host=host, plain=plain)
    except ImportError:
        raise Failure(
            f"reading a server needs more packages; {installing('http')}, or give a directory with --from"
        ) from None


def _age(then: datetime) -> str:
    hours = max(0.0, (datetime.now(UTC) - then).total_seconds() / 3600)
    return counted(round(hours), "hour") if hours < 48 else counted(round(hours / 24), "day")
