"""A row of the ledger: a small program in PyTorch's words, and the text that it prints."""

import contextlib
import io
import textwrap
import warnings
from dataclasses import dataclass
from types import ModuleType

import numpy as np

__all__ = ["Row", "run"]


@dataclass(frozen=True)
class Row:
    """A fact: its title, the program that shows it, and what that prints, warns of and ends with."""

    title: str
    program: str
    expected: str
    slow: bool = False  # takes a second or more

    @property
    def text(self) -> str:
        """What the program must print, without the indentation that it has in the table."""
        return tidy(textwrap.dedent(self.expected))


def run(program: str, torch: ModuleType) -> str:
    """Execute a program with `torch`, `nn`, `F`, `optim` and `np` bound; return what it prints.

    A warning is a line `UserWarning: ...` where it occurs, an exception that ends the program a last line
    `RuntimeError: ...`, both with the first line of their message. Options of printing, the default dtype and the
    recording of gradients are put back afterwards.
    """
    names = {"__name__": "__main__", "torch": torch, "np": np}
    names |= {"nn": torch.nn, "F": torch.nn.functional, "optim": torch.optim}
    dtype = torch.get_default_dtype()
    with contextlib.redirect_stdout(io.StringIO()) as printed, warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.filterwarnings("ignore", "__array_wrap__ must accept")  # NumPy 2 of PyTorch's tensors
        warnings.showwarning = show_warning
        try:
            exec(compile(textwrap.dedent(program), "<row>", "exec"), names)
        except Exception as error:
            print(f"{type(error).__name__}: {first_line(error)}")
        finally:
            torch.set_printoptions(profile="default")
            torch.set_default_dtype(dtype)
            torch.set_grad_enabled(True)
    return tidy(printed.getvalue())


def show_warning(message, category, *_):
    """Print a warning among the program's own lines."""
    print(f"{category.__name__}: {first_line(message)}")


def first_line(message) -> str:
    """Return the first line of a message, without the place in PyTorch's own source that some warnings name."""
    lines = str(message).splitlines() or [""]
    return lines[0].split(" (Triggered internally")[0]


def tidy(text: str) -> str:
    """Return the text without blanks at line ends and without blank lines around it."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")
