"""Windows of a visdom server that the user has started."""

import contextlib
import logging
import warnings
from typing import Any

from jnet.html import escape
from jnet.live.base import Live, array, curves_of, images_of, split

try:
    import visdom  # pyright: ignore[reportMissingImports]
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"Curves in visdom need {error.name}, which is not installed (a part of the extra jnet[live]); write: "
        'pip install "setuptools<81" && pip install --no-build-isolation visdom',
        name="visdom",
    ) from error

SECONDS = 10  # that a request may take


class _Client(visdom.Visdom):
    """A client that raises when the server does not answer, and does not wait for ever."""

    def _handle_post(self, url, data=None):
        session: Any = self.session  # pyright: ignore[reportAttributeAccessIssue]
        answer = session.post(url, data=data or {}, timeout=SECONDS)
        answer.raise_for_status()
        return answer.text


class Visdom(Live):
    """Draws in the environment "main", in windows whose names begin with the run's title.

    A server that goes away while the network trains costs the curves, not the training: there is one warning.

    Args:
        title: of the run.
        address: of the server.

    Raises:
        ConnectionError: if no server answers at the address.
    """

    def __init__(self, title: str, address: str):
        self.title, self.address = title, address
        scheme, _, rest = address.rpartition("://")
        host, _, port = rest.partition(":")
        self.charts: dict[str, list[str]] = {}  # the curves that each window has
        try:
            with _quiet():
                self.client: _Client | None = _Client(
                    f"{scheme or 'http'}://{host}", port=int(port or 8097), raise_exceptions=True,
                    use_incoming_socket=False,
                )  # fmt: skip
        except (OSError, ValueError) as error:
            raise ConnectionError(
                f"No visdom server answers at {address}. Start one in another terminal with: python -m visdom.server"
                + (f" -port {port}" if port not in ("", "8097") else "")
            ) from error
        print(f"Curves: {address}", flush=True)

    def _window(self, name: str) -> dict:
        full = f"{self.title}: {name}" if self.title else name
        return {"win": full, "opts": {"title": full}}

    def _send(self, method: str, *args, **kwargs) -> None:
        if self.client is None:
            return
        try:
            getattr(self.client, method)(*args, **kwargs)
        except OSError as error:  # of requests and of the client: all of them are
            self.client = None
            warnings.warn(
                f"The visdom server at {self.address} does not answer any more ({type(error).__name__}); the run goes "
                "on without it.",
                stacklevel=4,
            )

    def scalar(self, name, value, step):
        chart, curve = split(name)
        known, window = self.charts.setdefault(chart, []), self._window(chart)
        options = window["opts"] | {"xlabel": "step", "showlegend": bool(curve), "markers": True, "markersize": 4}
        self._send(
            "line", [float(array(value))], [step], win=window["win"], opts=options, name=curve or None,
            update="append" if known else None,  # the first point takes the place of an earlier run's window
        )  # fmt: skip
        known.append(curve)

    def line(self, name, y, x=None, series=()):
        y, x = curves_of(y, x)
        window = self._window(name)
        if len(series):
            window["opts"] |= {"legend": list(series)}
        self._send("line", y if y.shape[1] > 1 or len(series) else y[:, 0], x, **window)

    def images(self, name, batch):
        self._send("images", images_of(batch), **self._window(name))

    def text(self, name, text):
        self._send("text", escape(text), **self._window(name))


@contextlib.contextmanager
def _quiet():
    """Keep the client from telling about sessions and sockets that nobody asked for."""
    logger = logging.getLogger("visdom")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


__all__ = ["Visdom"]
