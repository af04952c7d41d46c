"""What surrounds a loop: autocast, compile, checkpoints of activations, settings, comparisons; and what is missing."""

import warnings

import numpy as np
import pytest
from compare import check, rows

import jnet.torch as jt
from jnet.torch.missing import _INSTEAD, NotBuilt

MIXED = rows("""
with torch.autocast("cpu"): r = torch.ones(2, 3) @ torch.ones(3, 2)
    r
net = torch.nn.Linear(3, 2)
    with torch.autocast("cpu"): r = net(torch.ones(1, 3)).dtype
    r
net = torch.nn.Linear(3, 2)
    with torch.autocast("cpu"): loss = torch.nn.functional.cross_entropy(net(torch.ones(2, 3)), torch.tensor([0, 1]))
    loss.backward()
    loss.dtype, net.weight.grad.dtype, loss.grad_fn.name()
with torch.autocast("cpu", dtype=torch.float16): r = torch.ones(2, 3).mm(torch.ones(3, 2))
    r
with torch.autocast("cpu"):
        a = torch.ones(2, 2) @ torch.ones(2, 2)
        with torch.autocast("cpu", enabled=False): b = a.float() @ torch.ones(2, 2)
        c = torch.cat([a, b]), torch.softmax(a, 1), a + b, torch.exp(a), a.sum()
    c
with torch.autocast("cpu"): r = torch.ones(2, 2, dtype=torch.float64) @ torch.ones(2, 2, dtype=torch.float64)
    r.dtype
with torch.autocast("cpu"): r = torch.nn.functional.mse_loss(torch.ones(2).bfloat16(), torch.zeros(2).bfloat16())
    r
with torch.autocast("cpu"): r = torch.is_autocast_enabled("cpu"), torch.get_autocast_dtype("cpu")
    r, torch.is_autocast_enabled("cpu")
with torch.autocast("cpu"): r = torch.nn.Conv2d(1, 2, 3)(torch.ones(1, 1, 4, 4)).dtype
    r
with torch.autocast("cuda"): r = (torch.ones(2, 2) @ torch.ones(2, 2)).dtype
    r
with torch.cuda.amp.autocast(): r = torch.ones(1)
    r
torch.autocast("cpu", dtype=torch.float32)._enabled
torch.autocast("xyz")
torch.autocast(3)
torch.autocast("cpu")(3)
f = torch.autocast("cpu")(lambda x: x @ x)
    f(torch.ones(2, 2)).dtype
class Double(torch.autograd.Function):
        @staticmethod
        @torch.amp.custom_fwd(device_type="cpu", cast_inputs=torch.float32)
        def forward(ctx, x): return x * 2
        @staticmethod
        @torch.amp.custom_bwd(device_type="cpu")
        def backward(ctx, g): return g * 2
    a = torch.ones(2, dtype=torch.bfloat16, requires_grad=True)
    with torch.autocast("cpu"): r = Double.apply(a)
    r.sum().backward()
    r.dtype, a.grad
""")

SCALED = rows("""
torch.amp.GradScaler("cuda").is_enabled()
torch.cuda.amp.GradScaler().scale(torch.ones(1))
w = torch.tensor([1.0, 2.0], requires_grad=True)
    opt, scaler = torch.optim.SGD([w], 0.1), torch.amp.GradScaler("cpu", init_scale=8.0, growth_interval=2)
    seen = []
    for factor in (1.0, 1.0, float("inf"), 1.0, 1.0, 1.0):
        opt.zero_grad()
        scaler.scale((w * w).sum() * factor).backward()
        scaler.step(opt)
        scaler.update()
        seen.append((scaler.get_scale(), w.tolist(), scaler.state_dict()))
    seen
w = torch.tensor([3.0], requires_grad=True)
    opt, scaler = torch.optim.SGD([w], 0.1), torch.amp.GradScaler("cpu", init_scale=8.0)
    scaler.scale([w.sum(), (w.sum(),)])[0].backward()
    scaler.unscale_(opt)
    a = w.grad.clone()
    scaler.unscale_(opt)
scaler = torch.amp.GradScaler("cpu")
    scaler.step(torch.optim.SGD([torch.ones(1, requires_grad=True)], 0.1))
scaler = torch.amp.GradScaler("cpu")
    scaler.update()
torch.amp.GradScaler("cpu", growth_factor=1.0)
torch.amp.GradScaler("cpu").load_state_dict({})
torch.amp.GradScaler("cpu").scale(3)
scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
    state = {"scale": 2.0, "growth_factor": 3.0, "backoff_factor": 0.1, "growth_interval": 5, "_growth_tracker": 1}
    scaler.load_state_dict(state)
    scaler.scale(torch.ones(1)), scaler.state_dict()
""")

CLOSE = rows("""
torch.testing.assert_close(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, 2.5, 3.0]))
torch.testing.assert_close(torch.tensor([[1.0, 2, 3], [4, 5, 6]]), torch.tensor([[1.0, 2.5, 3], [4, 5, 7]]))
torch.testing.assert_close(torch.tensor([1.0]), torch.tensor([1.0 + 1e-6]))
torch.testing.assert_close(torch.tensor([1.0, 2.0]), torch.tensor([1, 2]))
torch.testing.assert_close(torch.tensor([1.0, 2.0]), torch.tensor([1, 2]), check_dtype=False)
torch.testing.assert_close(torch.tensor([1.0, 2.0]), torch.tensor([1.0]))
torch.testing.assert_close(1.0, 1.1)
torch.testing.assert_close(torch.tensor(1.0), torch.tensor(1.1))
torch.testing.assert_close([torch.ones(1)], [torch.zeros(1)])
torch.testing.assert_close({"a": torch.ones(1)}, {"b": torch.zeros(1)})
torch.testing.assert_close([1], [1, 2])
torch.testing.assert_close(torch.tensor([nan]), torch.tensor([nan]))
torch.testing.assert_close(torch.tensor([nan]), torch.tensor([nan]), equal_nan=True)
torch.testing.assert_close(torch.tensor([1, 2]), torch.tensor([1, 3]))
torch.testing.assert_close("a", "b")
torch.testing.assert_close(torch.ones(1), 1.0)
torch.testing.assert_close(torch.ones(2), torch.ones(2), rtol=1)
torch.testing.assert_close(torch.ones(2), torch.zeros(2), msg="hello")
torch.testing.assert_close(torch.ones(2), torch.zeros(2), msg=lambda text: "More\\n" + text)
torch.testing.assert_close(None, None)
torch.testing.assert_close(True, False)
torch.testing.assert_close(1, 2)
torch.testing.assert_close(torch.tensor([True]), torch.tensor([False]))
torch.testing.assert_close(torch.ones(1), torch.zeros(1), rtol=0, atol=0)
torch.testing.assert_close(np.ones(2), np.zeros(2))
torch.testing.assert_close(torch.ones(2), np.ones(2))
""")

REST = rows("""
net = torch.compile(torch.nn.Linear(2, 1), backend="eager")
    list(net.state_dict()), net.in_features, net(torch.ones(1, 2)).detach(), net.training
@torch.compile(backend="eager")
    def f(x): return x * 2
    f(torch.ones(1))
torch.compile(lambda x: x + 1, backend="eager", fullgraph=True)(torch.ones(1))
torch.compiler.is_compiling()
torch.jit.is_scripting()
from torch.utils.checkpoint import checkpoint
    a = torch.ones(2, requires_grad=True)
    checkpoint(lambda x, y: (x * y).sum(), a, torch.ones(2) * 3, use_reentrant=False).backward()
    a.grad
from torch.utils.checkpoint import checkpoint_sequential
    checkpoint_sequential(torch.nn.Sequential(torch.nn.ReLU(), torch.nn.Tanh()), 2, torch.ones(2), use_reentrant=False)
torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.benchmark
torch.backends.cudnn.is_available(), torch.backends.cudnn.enabled, torch.backends.mps.is_available()
torch.backends.cuda.matmul.allow_tf32
torch.set_num_threads(0)
torch.set_num_threads("a")
torch.use_deterministic_algorithms(True)
    a = torch.are_deterministic_algorithms_enabled(), torch.get_deterministic_debug_mode()
    torch.use_deterministic_algorithms(False)
    a, torch.are_deterministic_algorithms_enabled()
torch.use_deterministic_algorithms("x")
torch.set_float32_matmul_precision("x")
torch.set_float32_matmul_precision("high")
    a = torch.get_float32_matmul_precision(), torch.backends.cuda.matmul.allow_tf32
    torch.set_float32_matmul_precision("highest")
    a, torch.get_float32_matmul_precision()
torch.version.cuda
torch.cuda.is_available(), torch.cuda.device_count(), torch.cuda.max_memory_allocated(), torch.cuda.is_bf16_supported()
torch.cuda.current_device()
torch.ones(1).nothing
torch.vmap(torch.sum)(torch.ones(2, 3))
""")


@pytest.mark.parametrize("program", [*MIXED, *SCALED, *CLOSE, *REST])
def test_equals_pytorch(program, torch):
    if "from torch" in program:  # the module that is bound, whichever it is
        head, rest = program.split("\n", 1)
        name = head.split()[-1]
        program = f"{name} = torch.utils.checkpoint.{name}\n{rest}"
        import torch.utils.checkpoint
    check(program, torch)


def test_mixed_precision_trains_as_pytorch(torch):
    def losses(torch):
        torch.manual_seed(0)
        net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        x, y = torch.randn(16, 4), torch.randint(0, 2, (16,))
        seen = []
        for _ in range(5):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = torch.nn.functional.cross_entropy(net(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            seen.append(loss.item())
        return seen

    np.testing.assert_allclose(losses(jt), losses(torch), rtol=1e-2)  # bfloat16 has 8 bits


def test_precision_of_products_enters_programs():
    x = jt.ones(2, 2)
    (x @ x).tolist()
    jt.set_float32_matmul_precision("medium")
    try:
        assert (x @ x).tolist() == [[2.0, 2.0], [2.0, 2.0]]
    finally:
        jt.set_float32_matmul_precision("highest")


def test_compile_wants_something_to_call():
    with pytest.raises(AssertionError, match="A callable function is expected, but <class 'int'> is provided"):
        jt.compile(3)
    with pytest.raises(TypeError, match="unexpected keyword argument 'modes'"):
        jt.compile(jt.nn.Linear(1, 1), modes="fast")


def test_scripts_and_traces_are_the_modules_themselves():
    net = jt.nn.Linear(2, 1)
    with pytest.warns(DeprecationWarning, match="torch.jit.script"):
        assert jt.jit.script(net) is net
    with pytest.warns(DeprecationWarning, match="torch.jit.trace"):
        assert jt.jit.trace(net, jt.ones(1, 2)) is net
    with pytest.warns(DeprecationWarning, match="trace"), pytest.raises(RuntimeError, match="cannot be multiplied"):
        jt.jit.trace(net, jt.ones(1, 3))
    with pytest.raises(RuntimeError, match="eval mode"):
        jt.jit.freeze(net)
    assert jt.jit.freeze(net.eval()) is net


def test_settings_that_nothing_follows_from_are_kept():
    before = jt.get_num_threads()
    jt.set_num_threads(before + 1)
    assert jt.get_num_threads() == before + 1
    jt.set_num_threads(before)
    with jt.backends.cudnn.flags(enabled=False):
        assert not jt.backends.cudnn.enabled
    assert jt.backends.cudnn.enabled
    for mode in ("warn", 0):
        jt.set_deterministic_debug_mode(mode)
    assert jt.get_deterministic_debug_mode() == 0


@pytest.mark.parametrize(("module", "name"), [(m, n) for m, names in _INSTEAD.items() for n in names])
def test_what_is_missing_names_itself(module, name, torch):
    def found(torch):
        return torch.ones(1) if module == "torch.Tensor" else torch if module == "torch" else getattr(torch, module[6:])

    place = found(jt)
    with pytest.raises(NotBuilt, match=rf"^{module}\.{name} is not built in jnet"):
        getattr(place, name)
    assert not hasattr(place, name)
    assert hasattr(found(torch), name) or name == "onnx"


def test_tensorboard_takes_tensors(tmp_path):
    tensorboardx = pytest.importorskip("tensorboardX")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        writer = jt.utils.tensorboard.SummaryWriter(str(tmp_path))
        writer.add_scalar("loss", jt.tensor(0.5), 1)
        writer.add_scalars("both", {"a": jt.tensor(1.0), "b": jt.tensor(2.0)}, 1)
        writer.add_histogram("weights", jt.arange(10.0), 1)
        writer.add_image("image", jt.rand(3, 4, 4), 1)
        writer.close()
    assert isinstance(writer, tensorboardx.SummaryWriter)
    assert any(path.stat().st_size > 200 for path in tmp_path.rglob("events*"))
    with pytest.raises(NotImplementedError, match="add_graph"):
        writer.add_graph(None)
