"""What the notes print, chapter by chapter, against the metrics.json of the experiments, in all the digits printed.

The experiments compare with the notes, too; this table is kept apart from them, so that neither can follow the other
astray. A value is looked up by its name, or by "lesson: name" where two lessons of an experiment share a name.
"""

import pytest

from experiments import landscape
from experiments.harness import faces
from experiments.parts import losses_lessons

SEEDS = {
    "tensors": {
        "a after b.add_(1)": "2., 2., 2., 2., 2.",
        "dot of 2-D tensors": "RuntimeError: 1D tensors expected, but got 2D and 2D tensors",
        "abs": "1, 2, 1, 2",
        "sin": "-0.8415, -0.9093, 0.8415, 0.9093",
        "mm": "7, 10, 15, 22",
    },
    "creation": {"full([2, 2], 3.)": "3., 3., 3., 3.", "full([4], 1/4.)": "0.2500, 0.2500, 0.2500, 0.2500"},
    "shapes": {
        "shape of cat([a, b])": "9, 32, 8",
        "stack of unequal sizes": "RuntimeError: stack expects each tensor to be equal size, but got [4, 32, 8] at "
        "entry 0 and [5, 32, 8] at entry 1",
        "one piece for two names": "ValueError: not enough values to unpack (expected 2, got 1)",
        "a.unsqueeze(5)": "IndexError: Dimension out of range (expected to be in range of [-5, 4], but got 5)",
        "all(eq(a, a1))": "0",
        "all(eq(a, a2))": "1",
    },
    "arithmetic": {
        "floor, ceil, trunc, frac of 3.14": "3., 4., 3., 0.1400",
        "3.499 rounded": "3.",
        "3.5 rounded": "4.",
        "norm 1 of eight ones": "8., 8., 8.",
        "norm 2 of eight ones": "2.8284, 2.8284, 2.8284",
        "kthvalue(3)": "2., 6., 2, 2",
        "zhat - z": "0, 3.7253e-09, 3.7253e-09, 7.4506e-09",
        "SSE": "8.3267e-17",
        "allclose(zhat, z)": "1",
    },
    "gradients": {
        "variable.grad, v / 2": "0.5000, 1.0000, 1.5000, 2.0000",
        "dy2/dy1 · dy1/dw1": "2.",
        "dy2/dw1": "2.",
        "nothing requires grad": "RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn",
        "a vector's gradient": "RuntimeError: grad can be implicitly created only for scalar outputs",
        "writing into a leaf": "RuntimeError: a leaf Variable that requires grad is being used in an in-place "
        "operation.",
    },
    "activations": {
        "sigmoid(z)": "0.0000e+00, 1.6655e-34, 7.4564e-25, 3.3382e-15, 1.4945e-05, 9.9999e-01, 1.0000e+00, "
        "1.0000e+00, 1.0000e+00, 1.0000e+00",
        "exp(z) / sum, z = 1010, 100, 999": "nan, nan, nan",
        "softmax(z)": "9.9998e-01, 0.0000e+00, 1.6701e-05",
        "softmax(10, 9, 5)": "0.7275, 0.2676, 0.0049",
    },
    "losses": {
        "Binary cross entropy of 3,000 rows: by hand": "0.7962",
        "Binary cross entropy of 3,000 rows: BCELoss of sigmoid(z)": "0.7962",
        "Binary cross entropy of 3,000 rows: BCEWithLogitsLoss of z": "0.7962",
        "NLLLoss of log-softmax": "1.1147",
        "CrossEntropyLoss of z": "1.1147",
        "even": "2.",
        "0.7 for one of four": "1.3568",
        "0.999 for one of four": "0.0313",
    },
    "logic_gates": {
        "AND, sigmoid": "0.4502, 0.4875, 0.4875, 0.5250",
        "AND, by a step": "0, 0, 0, 1",
        "OR, by a step": "0, 1, 1, 1",
        "NAND, by a step": "1, 1, 1, 0",
        "XOR": "0, 1, 1, 0",
    },
    "regression": {
        "nn.Linear and its random numbers: weight": "0.4318, -0.4256",
        "nn.Linear and its random numbers: bias": "0.6730",
        "zhat": "0.6730, 1.1048, 0.2473, 0.6792",
    },
    "modules": {
        "Linear1.weight.shape": "13, 20",
        "Linear2.weight.shape": "8, 13",
        "output.weight.shape": "3, 8",
        "output.shape": "500, 3",
    },
    "digits_mlp": {"steps that w1 took": "2.000", "steps that w2 took": "0.000", "a generator in a list": "TypeError"},
}
# What `--fast` cuts short is told in full.
LONG = {
    "Adam on Himmelblau's function": (
        (landscape.himmelblau_torch, landscape.himmelblau_jax, {"steps": 6000}),
        {
            "step 0: f(x)": "170.0",
            "step 2000: x": "2.3332, 1.9541",
            "step 2000: f(x)": "13.731",
            "step 4000: x": "2.9820, 2.0271",
            "step 4000: f(x)": "0.01486",
            "the end": "3.000, 2.000",
        },
    ),
    "three million rows": (
        (losses_lessons.binary_torch, losses_lessons.binary_jax, {"rows": 3_000_000, "seed": 420}),
        {"by hand": "0.8685", "BCELoss of sigmoid(z)": "0.8685", "BCEWithLogitsLoss of z": "0.8685"},
    ),
}


def rows(record: dict) -> dict[str, dict]:
    """Return a record's values by "lesson: name"; by the name alone, too, where only one has it."""
    pairs = [(part["title"], row) for part in record["parts"] for row in part.get("rows", ())]
    names = [row["name"] for _, row in pairs]
    alone = {row["name"]: row for _, row in pairs if names.count(row["name"]) == 1}
    return alone | {f"{title}: {row['name']}": row for title, row in pairs}


def differing(record: dict, printed: dict[str, str]) -> list[str]:
    """Return the names whose values are not as printed on jnet.torch, or which PyTorch or JAX finds otherwise."""
    found = rows(record)
    as_printed = {name: faces.as_printed(found[name]["torch"], text) for name, text in printed.items()}
    return [name for name in printed if not (as_printed[name] and found[name]["passed"])]


@pytest.mark.parametrize("name", SEEDS)
def test_values_are_what_the_notes_print(name, fast_record):
    assert differing(fast_record(name), SEEDS[name]) == []


@pytest.mark.parametrize("name", LONG)
def test_long_lessons(name):
    lesson, printed = LONG[name]
    found = faces.compare(*lesson, notes=printed, pytorch={}, within=1e-4)
    assert [row["name"] for row in found if not row["passed"]] == []


def test_a_wrong_digit_is_found(fast_record):
    wrong = SEEDS["regression"] | {"zhat": "0.6730, 1.1048, 0.2474, 0.6792"}
    assert differing(fast_record("regression"), wrong) == ["zhat"]
