"""Files from the internet: fetched if they are not there, checked, and either whole or not there."""

from __future__ import annotations

import hashlib
import http.client
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from jnet.files import write_atomic

_TIMEOUT = 30  # seconds without an answer
_FAILURES = (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError, ValueError)


def md5_of(data: bytes) -> str:
    """Return the checksum that the data sets are published with; it finds damage, and no malice."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def fetch(urls: Sequence[str], path: Path, md5: str) -> None:
    """Write what one of the addresses gives to `path`, unless the file is there and whole.

    Raises:
        RuntimeError: if none gives the file with this checksum; it says what to put where by hand.
    """
    if path.is_file() and md5_of(path.read_bytes()) == md5:
        return
    failures = []
    for url in urls:
        try:
            _fetch(url, path, md5)
            return
        except _FAILURES as error:
            failures.append(f"{url}: {getattr(error, 'reason', None) or error}")
    raise RuntimeError(
        f"Error downloading {path.name}\nTried\n    " + "\n    ".join(failures) + f"\nWithout a network, put the file "
        f"{path.name} (MD5 {md5}) into the folder {path.parent} yourself."
    )


def _fetch(url: str, path: Path, md5: str) -> None:
    print(f"Downloading {url}")
    with urllib.request.urlopen(url, timeout=_TIMEOUT) as answer:
        data = answer.read()
    if md5_of(data) != md5:
        raise ValueError(f"what came has the MD5 {md5_of(data)}, not {md5}")
    write_atomic(path, data)
