"""Convolution by hand: three small features look for themselves in an X, as the notes draw it.

python -m experiments.convolution --letters 40
"""

import sys
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax

from experiments.harness import runner
from experiments.parts.letters import (
    FEATURES,
    draw_kept,
    draw_likeness,
    draw_maps,
    draw_match,
    draw_windows,
    letter,
    stages,
)
from jnet import losses, ops
from jnet.ops.random import Generator

CHAPTER = 12
TITLE = "Convolution by hand"
TITLE_ZH = "手算卷积"
QUESTION = "How does a network find the parts of a letter wherever they lie, and what does pooling leave of them?"
QUESTION_ZH = "网络怎样在图像的任意位置找到字母的笔画？池化把图缩小之后，还剩下什么？"


@dataclass(frozen=True)
class Settings:
    letters: int = 100  # X's and O's, shifted and turned, from which the last layer learns to vote
    turn: float = 8.0  # degrees by which they are turned at most, either way
    steps: int = 200  # of descent on the votes' weights
    seed: int = 0  # of the shifts and turns


FAST = {"letters": 20, "steps": 20}
# What PyTorch 2.13 finds by the default settings.
VOTE = {
    "loss": 0.0173789877,
    "bias": [0.998620987, -1.00268269],
    "votes for X and O": [0.999721944, 0.000278021937],
}


def moved(settings: Settings, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return letters (count, 1, 9, 9), shifted by up to a pixel and turned a little, and 0 for an X, 1 for an O."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    shifts, turns = random.integers(-1, 2, (count, 2)), random.uniform(-settings.turn, settings.turn, count)
    drawn = [letter("XO"[label], shift, turn) for label, shift, turn in zip(labels, shifts, turns, strict=True)]
    return np.stack(drawn)[:, None], labels


def run(settings: Settings, out: runner.Output) -> None:
    maps = by_hand(out)
    draw_match(out)
    draw_maps(out, maps)
    windows(out)
    first, last = what_is_kept(settings, out)
    votes, right = vote(settings, out)
    out.found(f"""
        A feature answers 1 where the X has exactly its stroke, and less elsewhere. Pooling keeps that it was found and
        forgets where exactly: X's that were moved a little correlate with the first X by {first:.2f} in their pixels
        and by {last:.2f} in the twelve numbers that are left. Weighted sums of these name {right:.0%} of new letters
        rightly, and call the notes' X an X with {votes[0]:.1%}.
    """)


# -- the notes' numbers -----------------------------------------------------------------------------------------------


def by_hand_torch(torch, image, features):
    F = torch.nn.functional
    image, features = torch.tensor(image), torch.tensor(features)
    by_hand = torch.zeros(3, 7, 7)
    for k in range(3):
        for i in range(7):
            for j in range(7):  # multiply pixel by pixel, add up, divide by the number of pixels
                by_hand[k, i, j] = (image[i : i + 3, j : j + 3] * features[k]).sum() / 9
    maps = F.conv2d(image.view(1, 1, 9, 9), features.view(3, 1, 3, 3)) / 9
    active = F.relu(maps)
    pooled = F.max_pool2d(active, 2, ceil_mode=True)  # 7 is odd: the last windows are half empty
    first = torch.trunc(maps[0, 0] * 100) / 100  # the notes cut their numbers after two digits
    return {
        "the first feature where it fits": maps[0, 0, 1, 1],
        "first pooling window": first[:2, :2],
        "its largest": first[:2, :2].max(),
        "second pooling window": first[:2, 2:4],
        "conv2d is the loop": torch.allclose(maps[0], by_hand),
        "feature maps": maps[0],
        "after ReLU": active[0],
        "after pooling": pooled[0],
    }


def by_hand_jax(image, features):
    image, features = jnp.asarray(image), jnp.asarray(features)

    def answer(feature, i, j):
        return (lax.dynamic_slice(image, (i, j), (3, 3)) * feature).sum() / 9

    places = jnp.arange(7)
    everywhere = jax.vmap(jax.vmap(answer, (None, None, 0)), (None, 0, None))  # no loop: for all places at once
    by_hand = jax.vmap(everywhere, (0, None, None))(features, places, places)
    maps = lax.conv_general_dilated(image.reshape(1, 1, 9, 9), features.reshape(3, 1, 3, 3), (1, 1), "VALID") / 9
    active = jax.nn.relu(maps)
    pooled = ops.max_pool2d(active, 2, ceil_mode=True)
    first = jnp.trunc(maps[0, 0] * 100) / 100
    return {
        "the first feature where it fits": maps[0, 0, 1, 1],
        "first pooling window": first[:2, :2],
        "its largest": first[:2, :2].max(),
        "second pooling window": first[:2, 2:4],
        "conv2d is the loop": bool(jnp.allclose(maps[0], by_hand)),
        "feature maps": maps[0],
        "after ReLU": active[0],
        "after pooling": pooled[0],
    }


def by_hand(out: runner.Output) -> dict:
    """Repeat the notes' convolution by hand; return the feature maps at its three stages."""
    return out.faces(
        "Convolution, ReLU and pooling by hand",
        by_hand_torch,
        by_hand_jax,
        given={"image": letter("X"), "features": FEATURES},
        notes={
            "the first feature where it fits": "1",
            "first pooling window": "0.77, -0.11, -0.11, 1.00",
            "its largest": "1.00",
            "second pooling window": "0.11, 0.33, -0.11, 0.33",
        },
        pytorch={
            "the first feature where it fits": 1.0,
            "first pooling window": [[0.77, -0.11], [-0.11, 1.0]],
            "its largest": 1.0,
            "second pooling window": [[0.11, 0.33], [-0.11, 0.33]],
            "conv2d is the loop": True,
        },
    )


# -- how a window moves -----------------------------------------------------------------------------------------------


def windows_torch(torch):
    F = torch.nn.functional
    x = torch.arange(49.0).view(1, 1, 7, 7)
    w = torch.ones(1, 1, 3, 3) / 9  # the mean of what it sees
    plain = F.conv2d(x, w)
    padded = F.conv2d(x, w, padding=1)
    strided = F.conv2d(x, w, stride=2)
    dilated = F.conv2d(x, w, dilation=2)
    return {
        "sides": [y.shape[-1] for y in (plain, padded, strided, dilated)],
        "first row": plain[0, 0, 0],
        "first row, padding 1": padded[0, 0, 0],
        "first row, stride 2": strided[0, 0, 0],
        "first row, dilation 2": dilated[0, 0, 0],
    }


def windows_jax():
    x = jnp.arange(49.0).reshape(1, 1, 7, 7)
    w = jnp.ones((1, 1, 3, 3)) / 9
    plain = lax.conv_general_dilated(x, w, (1, 1), "VALID")
    padded = lax.conv_general_dilated(x, w, (1, 1), ((1, 1), (1, 1)))
    strided = lax.conv_general_dilated(x, w, (2, 2), "VALID")
    dilated = lax.conv_general_dilated(x, w, (1, 1), "VALID", rhs_dilation=(2, 2))
    return {
        "sides": [y.shape[-1] for y in (plain, padded, strided, dilated)],
        "first row": plain[0, 0, 0],
        "first row, padding 1": padded[0, 0, 0],
        "first row, stride 2": strided[0, 0, 0],
        "first row, dilation 2": dilated[0, 0, 0],
    }


def windows(out: runner.Output) -> None:
    """Show what padding, stride and dilation do to the window and to the size of what comes out."""
    out.faces(
        "Padding, stride and dilation",
        windows_torch,
        windows_jax,
        within=1e-5,
        pytorch={
            "sides": [5, 7, 3, 3],
            "first row": [8.0, 9.0, 10.0, 11.0, 12.0],
            "first row, padding 1": [1.77777779, 3.0, 3.66666675, 4.33333349, 5.0, 5.66666698, 4.0],
            "first row, stride 2": [8.0, 10.0, 12.0],
            "first row, dilation 2": [16.0, 17.0, 18.0],
        },
    )
    draw_windows(out, {"plain": (0, 1, 1), "padding 1": (1, 1, 1), "stride 2": (0, 2, 1), "dilation 2": (0, 1, 2)})


# -- what the pooled maps keep ----------------------------------------------------------------------------------------


def what_is_kept(settings: Settings, out: runner.Output) -> tuple[float, float]:
    """Compare moved X's and O's with the notes' X at each stage; return X's mean likeness at first and at last."""
    letters, labels = moved(settings, max(settings.letters, 2), settings.seed)
    found = stages(np.concatenate([letter("X")[None], letters[:, 0]]))
    alike = {name: np.corrcoef(values)[0, 1:] for name, values in found.items()}
    means = {name: [values[labels == label].mean() for label in (0, 1)] for name, values in alike.items()}
    for name, (moved_x, moved_o) in means.items():
        out.number(f"likeness of the notes' X and moved X's, by {name}", moved_x)
        out.number(f"likeness of the notes' X and moved O's, by {name}", moved_o)
    gap = np.subtract(*means["pooled twice"])
    least = np.subtract(*means["pixels"])
    out.number("by how much X's are more like it than O's are, pooled twice", gap, at_least=least, key=True)
    draw_kept(out)
    draw_likeness(out, alike, labels)
    return means["pixels"][0], means["pooled twice"][0]


# -- the vote ---------------------------------------------------------------------------------------------------------


def vote_torch(torch, letters, labels, features, image, steps):
    nn, F = torch.nn, torch.nn.functional
    features = torch.tensor(features).view(3, 1, 3, 3)

    def stack(images):
        maps = F.relu(F.conv2d(torch.tensor(images), features) / 9)  # 3 x 7 x 7
        maps = F.max_pool2d(maps, 2, ceil_mode=True)  # 3 x 4 x 4
        return F.max_pool2d(maps, 2).flatten(1)  # 3 x 2 x 2, in a row

    torch.manual_seed(420)
    layer = nn.Linear(12, 2)  # fully connected: each of 12 numbers has a weight for X and one for O
    optimizer = torch.optim.SGD(layer.parameters(), lr=1.0)
    x, y = stack(letters), torch.tensor(labels)
    for _ in range(steps):
        loss = F.cross_entropy(layer(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return {
        "loss": loss,
        "what is left of the X": stack(image)[0],
        "weights": layer.weight,
        "bias": layer.bias,
        "votes for X and O": F.softmax(layer(stack(image)), dim=1)[0],
    }


def vote_jax(letters, labels, features, image, steps):
    def stack(images):
        maps = lax.conv_general_dilated(jnp.asarray(images), jnp.asarray(features)[:, None], (1, 1), "VALID") / 9
        maps = ops.max_pool2d(jax.nn.relu(maps), 2, ceil_mode=True)
        return jax.vmap(lambda each: each.ravel())(ops.max_pool2d(maps, 2))

    def loss(params, x, y):
        return losses.cross_entropy(x @ params["w"].T + params["b"], y)

    random, bound = Generator(420), 1 / np.sqrt(12)  # as nn.Linear draws
    params = {"w": random.uniform(-bound, bound, (2, 12)), "b": random.uniform(-bound, bound, 2)}
    x, y, tx = stack(letters), jnp.asarray(labels), optax.sgd(1.0)

    def step(carry, _):
        params, state = carry
        value, grads = jax.value_and_grad(loss)(params, x, y)
        updates, state = tx.update(grads, state)
        return (jax.tree.map(jnp.add, params, updates), state), value

    (params, _), values = lax.scan(step, (params, tx.init(params)), length=steps)  # one program for all steps
    return {
        "loss": values[-1],
        "what is left of the X": stack(image)[0],
        "weights": params["w"],
        "bias": params["b"],
        "votes for X and O": jax.nn.softmax(stack(image) @ params["w"].T + params["b"])[0],
    }


def vote(settings: Settings, out: runner.Output) -> tuple[list[float], float]:
    """Let a linear layer learn to vote; return its votes on the notes' X and the share of new letters named rightly."""
    letters, labels = moved(settings, settings.letters, settings.seed)
    found = out.faces(
        "A fully connected layer votes: X or O",
        vote_torch,
        vote_jax,
        given={
            "letters": letters,
            "labels": labels,
            "features": FEATURES,
            "image": letter("X")[None, None],
            "steps": settings.steps,
        },
        pytorch=VOTE if settings == Settings() else None,
        within=1e-5,
    )
    letters, labels = moved(settings, 200, settings.seed + 1)
    scores = stages(letters[:, 0])["pooled twice"] @ np.transpose(found["weights"]) + found["bias"]
    right = float((scores.argmax(axis=1) == labels).mean())
    out.number("new letters named rightly", right, at_least=0.95, key=True)
    return found["votes for X and O"], right


if __name__ == "__main__":
    raise SystemExit(runner.main(sys.modules[__name__]))
