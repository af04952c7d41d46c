"""The recorder: ops are recorded as they are asked for, and run as one compiled program when a value is needed.

In miniature, from the bottom up:

    values.py    A `Value` is an immutable array: known, or slot 7 of a trace that will compute it.
    calls.py     A `Call` is a pure function with its settings fixed. For arguments of given kinds it has a `Signature`
                 (a jaxpr and the kinds of its results, inferred once) and a `Derivative`, which is a call again.
    trace.py     A `Trace` is a path through a trie: recording `call(slot 0, slot 3)` is one dictionary look-up from the
                 current `State`. Shapes and dtypes are in the keys; arrays and Python numbers enter as inputs.
    programs.py  `flush` asks Python's reference counts which values of the trace are still referred to, and runs the
                 `Program` that computes them: by NumPy while it is new and small, compiled by XLA from then on. Large
                 arrays that nothing refers to any more give their memory to results.
    storage.py   A `Storage` is a cell with a value and a version. Writing gives it another value; views (views.py) are
                 strides and a chain of links, each of which knows what a write through it does to what it shows.
    tape.py      A `Node` remembers the arguments of a call. Walking back over the nodes records each one's derivative
                 as more calls of the same trace, so forward pass, backward pass and update are one program.
    blocks.py    A walk over a graph that looks like an earlier one is looked up, and recorded as one op.
    reporting.py Counters, and a line for every program that was run for the first time.

A loop whose steps ask for the same ops walks the same states and ends at the same programs, so its second step compiles
nothing. Everything runs with 64-bit types enabled inside, and leaves the process's own JAX settings alone.
"""

from jnet.recorder.blocks import ADD
from jnet.recorder.calls import Call
from jnet.recorder.reporting import counters, report
from jnet.recorder.storage import Storage, read_view, write_view
from jnet.recorder.tape import Accumulate, CallNode, Edge, Gradient, Node, node_class, node_of, record_on_tape, walk
from jnet.recorder.trace import flush, record, recorder, set_matmul_precision
from jnet.recorder.values import Aval, Value, aval, known
from jnet.recorder.views import Layout, Link, contiguous_strides, link

__all__ = [
    "ADD",
    "Accumulate",
    "Aval",
    "Call",
    "CallNode",
    "Edge",
    "Gradient",
    "Layout",
    "Link",
    "Node",
    "Storage",
    "Value",
    "aval",
    "contiguous_strides",
    "counters",
    "flush",
    "known",
    "link",
    "node_class",
    "node_of",
    "read_view",
    "record",
    "record_on_tape",
    "recorder",
    "report",
    "set_matmul_precision",
    "walk",
    "write_view",
]
