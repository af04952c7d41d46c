"""Anomaly detection: backward says which op of the forward pass gave a gradient of nan.

See: https://docs.pytorch.org/docs/stable/autograd.html#anomaly-detection
"""

from __future__ import annotations

import traceback
import warnings

import numpy as np

from jnet.recorder import tape


class set_detect_anomaly:
    """Turn anomaly detection on or off, from now on, or inside if used as a context.

    Raises, while it is on and in `backward`:
        RuntimeError: if a function returns nan values.
    """

    def __init__(self, mode: bool, check_nan: bool = True):
        self._before = tape.anomaly
        tape.anomaly = Anomaly(check_nan) if mode else None

    def __enter__(self) -> None:
        return None

    def __exit__(self, *exc) -> None:
        tape.anomaly = self._before


class detect_anomaly(set_detect_anomaly):
    """Turn anomaly detection on inside the context."""

    def __init__(self, check_nan: bool = True):
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for "
            "debugging.",
            stacklevel=2,
        )
        super().__init__(True, check_nan)


class Anomaly:
    """Remembers where nodes were made, and looks at what they give."""

    def __init__(self, check_nan: bool):
        self.check_nan = check_nan

    def made(self, node) -> None:
        """Remember where in the program the node was made."""
        node.anomaly = "".join(traceback.format_stack()[:-4])

    def failed(self, node) -> None:
        """Tell where the node was made whose derivative failed."""
        if node.anomaly:
            warnings.warn(
                f"Error detected in {node.name()}. Traceback of forward call that caused the error:\n{node.anomaly}",
                stacklevel=2,
            )

    def check(self, node, results) -> None:
        """Raise if a gradient is nan."""
        if not self.check_nan:
            return
        for place, gradient in enumerate(results):
            if gradient is not None and np.isnan(gradient[0].numpy()).any():
                self.failed(node)
                raise RuntimeError(f"Function '{node.name()}' returned nan values in its {place}th output.")


def is_anomaly_enabled() -> bool:
    """Tell whether anomaly detection is on."""
    return tape.anomaly is not None


def is_anomaly_check_nan_enabled() -> bool:
    """Tell whether it looks for nan."""
    return tape.anomaly is not None and tape.anomaly.check_nan
