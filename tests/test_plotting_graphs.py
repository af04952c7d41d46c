"""Graphs: layers, crossings, distances; and that what is drawn is drawn in one size of letters."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from jnet import plotting
from jnet.plotting import graphs

NODES = {"w": ("w = 2\nw.grad = 4", "weight"), "x": ("x", "data"), "mul": ("w · x", "op"), "y": ("6", "result")}
EDGES = [("w", "mul", "× 3"), ("x", "mul"), ("mul", "y"), ("x", "y")]


@pytest.mark.smoke
@pytest.mark.parametrize("across", [False, True])
def test_a_graph_is_drawn_and_saved(across, tmp_path):
    figure = plotting.graph(NODES, EDGES, across=across, title="A product")
    assert isinstance(figure, Figure)
    wide, tall = figure.get_size_inches()
    assert bool(wide > tall) is across
    assert plotting.save(figure, tmp_path / "graph.png").read_bytes().startswith(b"\x89PNG")


def test_layers_follow_the_longest_way_and_sources_stand_where_they_are_used():
    names = ["a", "b", "c", "d"]
    edges = [("a", "b"), ("b", "c"), ("a", "c"), ("d", "c")]
    layers, chains = graphs._layers(names, edges)
    assert [{n for n in layer if isinstance(n, str)} for layer in layers] == [{"a"}, {"b", "d"}, {"c"}]
    assert [len(chain) for chain in chains] == [2, 2, 3, 2]  # a leads to c through an empty place beside b


def test_crossings_are_removed_where_they_can_be():
    names = ["a", "b", "c", "d", "e", "f"]
    edges = [("a", "f"), ("b", "e"), ("c", "d")]
    layers, chains = graphs._layers(names, edges)
    assert graphs._crossings(layers, chains) == 0


def test_places_are_as_near_as_distances_allow():
    offsets = np.array([0.0, 2.0, 4.0])
    np.testing.assert_allclose(graphs._apart(np.array([0.0, 5.0, 9.0]), offsets), [0, 5, 9])
    np.testing.assert_allclose(graphs._apart(np.zeros(3), offsets), [-2, 0, 2])
    found = graphs._apart(np.array([3.0, 1.0, 2.0]), offsets)
    assert (np.diff(found) >= 2 - 1e-12).all()
    assert found.mean() == pytest.approx(2)


@pytest.mark.parametrize("across", [False, True])
def test_boxes_do_not_overlap(across):
    nodes = {str(i): (f"a rather long text {i}\nand more", "op") for i in range(7)}
    edges = [("0", str(i)) for i in range(1, 6)] + [(str(i), "6") for i in range(1, 6)]
    figure = plotting.graph(nodes, edges, across=across)
    boxes = [p.get_path().get_extents() for p in figure.axes[0].patches if type(p).__name__ == "FancyBboxPatch"]
    assert len(boxes) == 7
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


@pytest.mark.parametrize(
    ("nodes", "edges", "message"),
    [
        ({"a": ("a", "thing")}, [], "of kind 'thing'; the kinds are weight"),
        ({"a": ("a", "op")}, [("a", "b")], r"edges to \['b'\], which are no nodes"),
        ({"a": ("a", "op"), "b": ("b", "op")}, [("a", "b"), ("b", "a")], "lead in a circle"),
        ({}, [], "at least one node"),
    ],
)
def test_refused(nodes, edges, message):
    with pytest.raises(ValueError, match=message):
        plotting.graph(nodes, edges)


@pytest.mark.parametrize("down", [False, True])
def test_parts_have_letters_of_one_size(down):
    figure = plotting.abreast(
        lambda ax: plotting.graph(NODES, EDGES, ax=ax),
        lambda ax: plotting.listing(["a = mul w x", ("y = add a x", "#D55E00"), ""], title="A program", ax=ax),
        size=9,
        down=down,
    )
    inches = figure.get_size_inches()
    for ax in figure.axes:
        box = ax.get_position()
        for extent, limits in ((box.width * inches[0], ax.get_xlim()), (box.height * inches[1], ax.get_ylim())):
            assert extent * 72 / np.ptp(limits) == pytest.approx(9)
    first, second = (ax.get_position() for ax in figure.axes)
    assert not first.overlaps(second)


def test_abreast_needs_a_part():
    with pytest.raises(ValueError, match="at least one part"):
        plotting.abreast()


def test_colours_of_a_listing():
    figure = plotting.listing(["plain", ("coloured", plotting.PALETTE[1])])
    colours = [patch.get_facecolor() for patch in figure.axes[0].patches]
    assert len(set(colours)) == 2
