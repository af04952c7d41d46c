"""The picture of the recorded graph: it shows what was recorded, and what XLA's text says."""

import numpy as np
import pytest

import jnet.torch as torch
from experiments.parts import graphs

PROGRAM = """HloModule jit_f, is_scheduled=true

%fused (param_0: f32[3], param_1: f32[3]) -> f32[] {
  %param_0 = f32[3]{0} parameter(0)
  %param_1 = f32[3]{0} parameter(1)
  %mul.1 = f32[3]{0} multiply(%param_0, %param_1), metadata={op_name="jit(f)/mul"}
  %constant.1 = f32[] constant(0)
  ROOT %sum.1 = f32[] reduce(%mul.1, %constant.1), dimensions={0}, to_apply=%add, metadata={op_name="jit(f)/sum"}
}

ENTRY %main (w: f32[3], x: f32[3]) -> (f32[], f32[3]) {
  %w.1 = f32[3]{0} parameter(0), metadata={op_name="w"}
  %x.1 = f32[3]{0} parameter(1), metadata={op_name="x"}
  %first = f32[] fusion(%w.1, %x.1), kind=kLoop, calls=%fused, metadata={op_name="jit(f)/sum"}
  %second = f32[3]{0} multiply(%first, %x.1), metadata={op_name="jit(f)/transpose(jvp())/mul"}
  ROOT %tuple = (f32[], f32[3]{0}) tuple(%first, %second)
}
"""


def test_a_program_becomes_kernels():
    nodes, edges, kernels = graphs.program(PROGRAM, ("w", "x"))
    assert kernels == 2
    assert nodes == {
        "w": ("w: f32[3]", "weight"),
        "x": ("x: f32[3]", "data"),
        "first": ("kernel 1: f32[]\nmultiply, reduce", "op"),
        "second": ("kernel 2: f32[3]\nmultiply", "back"),
        "loss": ("loss", "result"),
        "w.grad": ("w.grad", "result"),
    }
    assert set(edges) == {
        ("w", "first"), ("x", "first"), ("first", "second"), ("x", "second"), ("first", "loss"), ("second", "w.grad"),
    }  # fmt: skip


def test_a_walk_finds_nodes_and_gradients():
    w = torch.tensor([1.0, 3.0], requires_grad=True)
    nodes, edges = graphs.walk((w * torch.tensor([2.0, 4.0])).sum(), {"w": w})
    assert [text for text, _ in nodes.values()] == [
        "loss\n14.0000", "SumBackward0", "MulBackward0", "constant", "w\nw.grad = 2, 4",
    ]  # fmt: skip
    assert edges == [("loss", "0", "∂loss/∂loss = 1"), ("0", "1", "2 times 1"), ("1", "w", "2, 4"), ("1", "1-1")]


@pytest.mark.parametrize("inputs", [2, 5])
def test_both_faces_have_the_same_gradients(inputs):
    drawn = graphs.neuron(inputs, steps=6, seed=0)
    assert drawn.difference < 1e-6
    assert 1 <= drawn.kernels <= drawn.equations
    assert np.prod(drawn.figure.get_size_inches()) > 20
