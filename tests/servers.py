"""Real servers on the loopback address, for tests: each is waited for, and ended whatever happens."""

import contextlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def serving(words: list[str], port: int, seconds: float = 60):
    """Run `python WORDS` until it answers on `port`; end it behind the block. Yields its process."""
    server = subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        end = time.monotonic() + seconds
        while not _answers(port):
            if server.poll() is not None or time.monotonic() > end:
                server.kill()
                raise RuntimeError(f"python {' '.join(words)} did not answer:\n{server.communicate()[0]}")
            time.sleep(0.1)
        yield server
    finally:
        server.kill()
        server.communicate()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
