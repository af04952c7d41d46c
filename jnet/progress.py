"""How a long run shows that it moves: a bar on a terminal, one line an epoch elsewhere."""

import sys


class Progress:
    """A context manager that follows `fit`; `shown` is True for a bar, False for silence, None to choose."""

    def __init__(self, epochs: int, batches: int, shown: bool | None = None):
        self.epochs, self.batches, self.shown = epochs, batches, shown
        self.bar = self.task = None

    def __enter__(self):
        if self.shown or (self.shown is None and sys.stdout.isatty()):
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            self.bar = Bar(*columns, transient=True)
            self.bar.start()
            self.task = self.bar.add_task("", total=self.epochs * self.batches)
        return self

    def __exit__(self, *_):
        if self.bar is not None:
            self.bar.stop()

    def start_epoch(self, epoch: int, batch: int) -> None:
        if self.bar is not None and self.task is not None:
            self.bar.update(
                self.task, description=f"epoch {epoch + 1}/{self.epochs}", completed=epoch * self.batches + batch
            )

    def advance(self) -> None:
        if self.bar is not None and self.task is not None:
            self.bar.advance(self.task)

    def end_epoch(self, row: dict) -> None:
        """Print the row's numbers: "epoch  3/10  loss 0.1234  test_accuracy 0.9720  1.2 s"."""
        if self.shown is False:
            return
        numbers = "  ".join(f"{k} {_short(v)}" for k, v in row.items() if k not in ("epoch", "seconds"))
        line = f"epoch {row['epoch']:>{len(str(self.epochs))}}/{self.epochs}  {numbers}  {row['seconds']:.1f} s"
        if self.bar is not None:
            self.bar.console.print(line, highlight=False)
        else:
            print(line, flush=True)


def _short(value: float) -> str:
    return f"{value:.4f}" if 1e-3 <= abs(value) < 1e4 or value == 0 else f"{value:.3g}"
