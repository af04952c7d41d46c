"""The entries of a table run and counted, and the page that says how they went."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from conformance import known, modules, operations, optimizers

TABLES = {"modules": modules, "optimizers": optimizers, "ops": operations}
KNOWN = {"modules": known.MODULES, "optimizers": known.OPTIMIZERS, "ops": known.OPS}
MOST = {"modules": 120, "ops": 25}  # samples: some ops have hundreds, and LinearCrossEntropyLoss has thousands
INTRODUCTION = """\
# Conformance with PyTorch {version}

PyTorch tests itself with tables of samples: `module_db`, `optim_db` and `op_db` of `torch.testing._internal`. Each
sample here ran as the same program on PyTorch and on `jnet.torch`, and all that it shows was compared;
`make conformance` writes this page anew.

- **Modules**, in training and evaluation mode, in every real dtype that PyTorch tests them in on a CPU (mostly float32
  and float64): initial weights for a seed, `print(module)`, outputs, gradients of inputs and parameters, `state_dict`
  after ten steps of SGD (of the outputs summed with fixed weights, as the plain sum of, say, a softmax is constant),
  and the table's mistakes: type and first line of the error. Of `LinearCrossEntropyLoss`, the only one with more, the
  first 120 samples in each dtype and mode.
- **Optimizers**, float32 and float64: losses, parameters and `state_dict` over ten steps of a small network, for all
  settings of the table, each as a loop, `foreach` and `fused` where PyTorch has it; parameters by name and in groups;
  the table's schedules; its mistakes. `SparseAdam` gets dense gradients, which it refuses, as jnet has no others. LBFGS
  takes one step, of twenty iterations: later ones amplify roundings without bound, PyTorch's own too.
- **Ops**, the first 25 samples of each in float32 (or the first dtype that it has): outputs and gradients.

Numbers may differ by a few roundings: 1e-4 in float32, 1e-9 in float64, 5e-3 in float16, 4e-2 in bfloat16, relative and
absolute. Not compared: complex modules, sparse tensors, other devices.
"""


@dataclass
class Row:
    """How one entry went.

    Attributes:
        failures: (sample, reason) of the first sample that failed for each reason.
    """

    name: str
    dtypes: list[str]
    passed: int = 0
    total: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)

    @property
    def status(self) -> str:
        """Return `pass`, `fail`, or `not supported` where that is all that is wrong."""
        if not self.failures:
            return "pass"
        return "not supported" if all(why.startswith("not supported") for _, why in self.failures) else "fail"

    @property
    def says(self) -> str:
        """Return the status with the reason."""
        if not self.failures:
            return "pass"
        sample, why = self.failures[0]
        return f"{self.status} ({sample}: {why.removeprefix('not supported: ')})"


def run(kind: str, name: str, dtypes=None, limit: int | None = None, thorough: bool = True) -> Row:
    """Run the samples of one entry of a table; for the arguments see `tries` of the table's module."""
    table = TABLES[kind]
    entry = next(each for each in table.table() if table.name_of(each) == name)
    row = Row(name, [str(each).removeprefix("torch.") for each in dtypes or table.dtypes_of(entry)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for sample, why in table.tries(entry, dtypes, limit, thorough):
            row.total += 1
            if why is None:
                row.passed += 1
            elif why not in dict(row.failures).values():
                row.failures.append((sample, why))
    return row


def unexpected(rows: Sequence[Row], reasons: Mapping[str, str]) -> list[str]:
    """Return a line for each entry that fails and is not known to, or is and passes."""
    lines = [f"{row.name}: {row.says}" for row in rows if row.failures and row.name not in reasons]
    return lines + [
        f"{row.name} passes: take it off the list" for row in rows if row.name in reasons and not row.failures
    ]


def page(results: Mapping[str, Sequence[Row]]) -> str:
    """Return the page about the rows of some tables, in Markdown."""
    lines = [INTRODUCTION.format(version=torch.__version__.split("+")[0])]
    lines += [
        "| table | entries | pass | fail | not supported | samples that pass |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for kind, rows in results.items():
        count = {status: sum(row.status == status for row in rows) for status in ("pass", "fail", "not supported")}
        passed, total = sum(row.passed for row in rows), sum(row.total for row in rows)
        lines.append(
            f"| {kind} | {len(rows)} | {count['pass']} ({share(count['pass'], len(rows))}) | {count['fail']} "
            f"| {count['not supported']} | {passed} of {total} ({share(passed, total)}) |"
        )
    for kind, rows in results.items():
        lines += [
            "",
            f"## {kind.capitalize()}",
            "",
            "| entry | dtypes | samples | status |",
            "| --- | --- | --- | --- |",
        ]
        for row in rows:
            why = KNOWN[kind].get(row.name)
            status = f"{row.status}: {why}" if row.failures and why else row.says
            lines.append(f"| {row.name} | {', '.join(row.dtypes)} | {row.passed}/{row.total} | {cell(status)} |")
    return "\n".join(lines) + "\n"


def share(part: int, whole: int) -> str:
    """Return a part as a percentage, rounded down: only all is 100 %."""
    return f"{1000 * part // max(whole, 1) / 10:.1f} %"


def cell(text: str, width: int = 200) -> str:
    """Return a text that fits a cell of a table."""
    text = " ".join(text.replace("|", "\\|").split())
    return text if len(text) <= width else f"{text[: width - 4]} ..."
