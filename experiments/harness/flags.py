"""A dataclass of settings as flags of the command line, and back."""

import argparse
import dataclasses
import difflib
import importlib.util
import inspect
import math
import re
import shlex
import typing
from pathlib import Path

from jnet import live


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one paragraph that says what to write instead."""

    def error(self, message: str) -> typing.NoReturn:
        flags = [flag for action in self._actions for flag in action.option_strings if flag.startswith("--")]
        if match := re.match(r"unrecognized arguments: (\S+)", message):
            close = difflib.get_close_matches(match[1].partition("=")[0], flags, n=1)
            hint = f"; did you mean {close[0]}?" if close else f"; the flags are {', '.join(flags)}."
            message = f"unknown argument {match[1]}{hint}"
        self.exit(2, f"{self.prog}: error: {message.rstrip('.?')}{'?' if message.endswith('?') else '.'}\n")


def comments(settings: type) -> dict[str, str]:
    """Return the comment behind each field of a dataclass, read from its source."""
    lines = inspect.getsource(settings).splitlines()
    found = (re.match(r"\s+(\w+)\s*:[^#]+#\s*(.+)", line) for line in lines)
    return {match[1]: match[2] for match in found if match}


@dataclasses.dataclass(frozen=True)
class Options:
    """What every experiment can be told, beside its own settings."""

    fast: bool = False
    pytorch: bool = False
    device: str = ""
    live: str | None = None
    out: Path = Path("results")


def parse(module: typing.Any, name: str, arguments: list[str] | None) -> tuple[typing.Any, Options]:
    """Return the settings that the command line asks for, and the options that all experiments have.

    Raises:
        SystemExit: with status 2 and one paragraph on stderr, for unknown flags and values that do not fit.
    """
    asking = parser(module, name)
    given = vars(asking.parse_args(arguments))
    options = Options(**{field.name: given.pop(field.name) for field in dataclasses.fields(Options)})
    if options.pytorch and importlib.util.find_spec("torch") is None:
        asking.error('--pytorch needs PyTorch, which is not installed; write: pip install "jnet[parity]"')
    given = {key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
    return module.Settings(**(module.FAST if options.fast else {}) | given), options


def parser(module: typing.Any, name: str) -> Parser:
    """Return the parser of an experiment's flags: a flag for each of its settings, and what all have."""
    parser = Parser(
        prog=f"python -m experiments.{name}", description=f"{module.TITLE}. {module.QUESTION}", allow_abbrev=False
    )
    texts, kinds = comments(module.Settings), typing.get_type_hints(module.Settings)
    for field in dataclasses.fields(module.Settings):
        kind, many = kinds[field.name], typing.get_origin(kinds[field.name]) is tuple
        help = f"{texts.get(field.name, field.name)} (default: {field.default})".replace("%", "%%")
        flag = f"--{field.name.replace('_', '-')}"
        if kind is bool:
            parser.add_argument(flag, action=argparse.BooleanOptionalAction, default=argparse.SUPPRESS, help=help)
        else:
            convert = _converter(typing.get_args(kind)[0] if many else kind, zero=field.name == "seed")
            parser.add_argument(
                flag, type=convert, nargs="+" if many else None, default=argparse.SUPPRESS, help=help,
                metavar="N" if many else None,
            )  # fmt: skip
    add_options(parser)
    return parser


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the flags that every experiment has."""
    parser.add_argument("--fast", action="store_true", help="a run of seconds that only proves that it works")
    parser.add_argument(
        "--pytorch", action="store_true", help="run PyTorch beside it and compare (it must be installed)"
    )
    parser.add_argument("--device", choices=("cpu", "gpu"), default="", help="where to run (default: JAX's own choice)")
    parser.add_argument(
        "--live", type=_place, metavar="WHERE",
        help="curves while training: terminal (the default on one), tensorboard, visdom (a server that you started), "
        "visdom:http://HOST:PORT, none",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, default=Path("results"), help="the results' folder (default: results)")


def _place(text: str) -> str:
    try:
        return live.check(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _converter(kind: type, zero: bool):
    """Return a converter of flag values: whole numbers from 1 (from 0 for a seed), finite floats from 0."""

    def convert(text: str):
        needed = {int: f"a whole number, {0 if zero else 1} or more", float: "a finite number, 0 or more"}.get(kind)
        try:
            value = kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"got {text!r}, needs {needed}") from None
        low = 1 if kind is int and not zero else 0
        if kind is not str and not low <= value < math.inf:
            raise argparse.ArgumentTypeError(f"got {text}, needs {needed}")
        return value

    return convert


def command(module: typing.Any, name: str, settings: typing.Any, options: Options) -> str:
    """Return the command line that runs the experiment with exactly these settings."""
    base = module.Settings(**(module.FAST if options.fast else {}))
    words = ["python", "-m", f"experiments.{name}"] + ["--fast"] * options.fast + ["--pytorch"] * options.pytorch
    words += ["--device", options.device] if options.device else []
    for field in dataclasses.fields(settings):
        value, flag = getattr(settings, field.name), field.name.replace("_", "-")
        if value == getattr(base, field.name):
            continue
        if isinstance(value, bool):
            words.append(f"--{flag}" if value else f"--no-{flag}")
        else:
            words += [f"--{flag}", *map(str, value if isinstance(value, tuple) else (value,))]
    return shlex.join(words + ([] if options.out == Path("results") else ["--out", str(options.out)]))
