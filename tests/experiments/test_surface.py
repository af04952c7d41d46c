"""Surfaces as data: grid, heights, thinned paths."""

import json

import numpy as np
import pytest

from experiments.harness import runner, surface
from jnet import plotting

LABELS = ("x", "y", "f")


def bowl(x, y):
    return x**2 + 3 * y**2 + 0.123456789


def sample(function=bowl, paths=None, log=False):
    return surface.sample(function, (-1, 1), (-2, 2), paths or {}, LABELS, log)


def test_heights_lie_in_rows_of_y_in_five_digits():
    data, shown = sample()
    z = np.array(data["z"])
    assert z.shape == (surface.GRID, surface.GRID)
    assert z[0, 24] == float(f"{bowl(0, -2):.5g}")  # the first row is the lowest y
    assert z[24, 0] == float(f"{bowl(-1, 0):.5g}")
    assert shown is bowl
    assert len(json.dumps(data)) < 30_000


def test_logarithms_begin_at_the_lowest_height():
    data, _ = sample(lambda x, y: x - 5, log=True)
    assert np.min(data["z"]) == 0.0
    assert data["labels"] == ["x", "y", "log(1 + f − lowest)"]
    data, _ = sample(log=True)
    assert np.max(data["z"]) == pytest.approx(np.log1p(bowl(1, 2)), rel=1e-4)
    assert data["labels"][2] == "log(1 + f)"


def test_a_hole_is_none():
    data, _ = sample(lambda x, y: np.where(x < 0, np.nan, y), log=True)
    assert data["z"][0][0] is None
    assert data["z"][0][-1] == 0.0


def test_a_long_path_is_thinned_by_its_way_and_keeps_its_ends():
    creeping = np.geomspace(1, 1e-9, 20_000)
    walk = np.stack([creeping, creeping], axis=1)
    points = np.array(sample(paths={"walk": walk})[0]["paths"]["walk"])
    assert len(points) <= surface.PATH
    np.testing.assert_allclose(points[[0, -1], :2], walk[[0, -1]], rtol=1e-4)
    assert np.abs(np.diff(points[:, 0])).max() < 0.02
    np.testing.assert_allclose(points[:, 2], bowl(points[:, 0], points[:, 1]), rtol=1e-3)


def test_what_leaves_the_surface_is_not_drawn(tmp_path):
    away = np.array([[0, 0], [0.5, 1], [5, 1], [1e30, -1e30], [np.nan, 0]])
    out = runner.Output(tmp_path)
    with np.errstate(over="ignore"):
        out.surface("bowl", bowl, (-1, 1), (-2, 2), paths={"away": away, "never": away[2:3]}, alt="A bowl.")
    (part,) = out.record["parts"]
    assert [point[2] is None for point in part["paths"]["away"]] == [False, False, True, True, True]
    assert list(surface.drawn(part["paths"])) == ["away"]
    assert part["colors"] == {"away": plotting.PALETTE[0], "never": plotting.PALETTE[1]}
    assert (tmp_path / "bowl.png").stat().st_size > 10_000
    assert json.loads((tmp_path / "metrics.json").read_text())["parts"][0]["kind"] == "surface"
