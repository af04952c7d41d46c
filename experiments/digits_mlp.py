"""Classify handwritten digits with the notes' multilayer perceptron, 784-200-200-10.

python -m experiments.digits_mlp --epochs 5
"""

import sys
from dataclasses import dataclass

from experiments import digits, runner
from jnet import data, losses, metrics, models, optim, train

CHAPTER = 11
TITLE = "Digits with a multilayer perceptron"
TITLE_ZH = "用多层感知机识别手写数字"
QUESTION = "How well do three linear layers with ReLU between them read handwritten digits that they have not seen?"
QUESTION_ZH = "三个线性层加上其间的 ReLU，能把没见过的手写数字识别得多好？"


@dataclass(frozen=True)
class Settings:
    epochs: int = 10  # passes over the 4,000 training digits
    batch_size: int = 64  # digits a step
    hidden: tuple[int, ...] = (200, 200)  # widths of the hidden layers
    rate: float = 0.1  # first learning rate; a cosine takes it to zero at the last step
    momentum: float = 0.9  # of SGD
    weight_decay: float = 0.0  # of SGD, added to the gradient as PyTorch does
    seed: int = 0  # of the first weights and of the order of the digits


FAST = {"epochs": 1}
ACCURACY = 0.93  # PyTorch reaches 93 to 94 % in ten epochs with a constant rate


def run(settings: Settings, out: runner.Output) -> None:
    training, test = data.mnist5k()
    loader = data.Loader(training, settings.batch_size, shuffle=True, seed=settings.seed)
    model = models.MLP((*settings.hidden, 10))
    rate = optim.schedules.cosine(settings.rate, settings.epochs * len(loader))
    tx = optim.sgd(rate, momentum=settings.momentum, weight_decay=settings.weight_decay)
    result = train.fit(
        model,
        losses.cross_entropy,
        tx,
        loader,
        data.Loader(test, 1000),
        epochs=settings.epochs,
        seed=settings.seed,
        metrics={"accuracy": metrics.accuracy},
        log=out.folder / "train.jsonl",
    )
    errors = digits.show(out, model, result, test, at_least=ACCURACY)
    last = result.history[-1]
    out.found(f"""
        After {settings.epochs} epochs the network reads {len(test) - errors} of {len(test)} held-out digits rightly.
        In the last epoch it was right on {last["accuracy"]:.1%} of its {len(training)} training digits and on
        {last["test_accuracy"]:.1%} of the held-out ones: what lies between is overfitting.
    """)


if __name__ == "__main__":
    raise SystemExit(runner.main(sys.modules[__name__]))
