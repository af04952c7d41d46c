"""A training that one library has saved goes on in the other as if nothing had happened."""

import numpy as np
import programs
import pytest

import jnet.torch as jt

OPTIMIZERS = {
    "SGD": {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 1e-4},
    "Adam": {"lr": 2e-3, "amsgrad": True},
}


@pytest.fixture(autouse=True)
def one_thread(torch):
    """Small programs are slower on several threads, above all beside other tests."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


class Run:
    """A training in one library: model, optimizer and schedule, and what has to be saved to go on with it."""

    def __init__(self, torch, kind, optimizer):
        self.torch, self.kind = torch, kind
        self.model = {
            "LeNet": lambda: programs.lenet(torch),
            "LSTM": lambda: programs.lstm(torch, dropout=0.1),
            "Transformer": lambda: programs.transformer(torch, dropout=0.1),
        }[kind]()
        self.optimizer = getattr(torch.optim, optimizer)(self.model.parameters(), **OPTIMIZERS[optimizer])
        self.schedule = torch.optim.lr_scheduler.CosineAnnealingLR(self.optimizer, T_max=40)
        self.step = 0

    def batch(self):
        rng = np.random.default_rng(self.step)
        if self.kind == "LeNet":
            return self.torch.tensor(rng.random((8, 1, 28, 28), np.float32)), self.torch.tensor(rng.integers(0, 10, 8))
        text, _ = programs.characters(self.torch)
        starts = rng.integers(0, len(text) - 11, 6).tolist()
        return tuple(self.torch.stack([text[s + shift : s + shift + 10] for s in starts]) for shift in (0, 1))

    def losses(self, steps):
        found = []
        for _ in range(steps):
            x, y = self.batch()
            outputs = self.model(x)
            outputs = outputs[0] if isinstance(outputs, tuple) else outputs
            loss = self.torch.nn.functional.cross_entropy(outputs.reshape(-1, outputs.size(-1)), y.reshape(-1))
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.schedule.step()
            self.step += 1
            found.append(loss.item())
        return found

    def save(self, path):
        self.torch.save(
            {
                "step": self.step,
                "model": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "schedule": self.schedule.state_dict(),
                "rng": self.torch.get_rng_state(),
            },
            path,
        )

    def load(self, path):
        saved = self.torch.load(path)  # weights only, as is the default
        self.step = saved["step"]
        assert str(self.model.load_state_dict(saved["model"])) == "<All keys matched successfully>"
        self.optimizer.load_state_dict(saved["optimizer"])
        self.schedule.load_state_dict(saved["schedule"])
        self.torch.set_rng_state(saved["rng"])


def described(value):
    """Return what a checkpoint is made of: kinds, names, shapes and dtypes, without the numbers."""
    if hasattr(value, "numpy"):
        return str(value.dtype), tuple(value.shape), value.requires_grad
    if isinstance(value, dict):
        return type(value).__name__, {key: described(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value).__name__, [described(each) for each in value]
    return type(value).__name__


@pytest.mark.parametrize("kind", ["LeNet", "LSTM", "Transformer"])
@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
@pytest.mark.parametrize("start", ["PyTorch", "jnet"])
def test_training_goes_on_in_the_other_library(kind, optimizer, start, torch, tmp_path):
    first, second = (torch, jt) if start == "PyTorch" else (jt, torch)
    first.manual_seed(1)
    here = Run(first, kind, optimizer)
    here.losses(5)
    here.save(tmp_path / "first.pt")
    expected = here.losses(20)
    second.manual_seed(2)
    there = Run(second, kind, optimizer)
    there.load(tmp_path / "first.pt")
    np.testing.assert_allclose(there.losses(20), expected, rtol=1e-4)
    there.save(tmp_path / "second.pt")
    here.load(tmp_path / "second.pt")  # and back again
    np.testing.assert_allclose(here.losses(3), there.losses(3), rtol=1e-4)
    assert described(first.load(tmp_path / "second.pt")) == described(first.load(tmp_path / "first.pt"))


def test_a_whole_module_of_pytorch_loads(torch, tmp_path):
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(8, 2))
    torch.save(net, tmp_path / "net.pt")
    mine = jt.load(tmp_path / "net.pt", weights_only=False)
    x = np.random.default_rng(0).random((3, 1, 4, 4), np.float32)
    np.testing.assert_allclose(mine(jt.tensor(x)).detach(), net(torch.tensor(x)).detach(), rtol=1e-5)


@pytest.mark.parametrize("start", ["PyTorch", "jnet"])
def test_adamw_with_groups(start, torch, tmp_path):
    first, second = (torch, jt) if start == "PyTorch" else (jt, torch)

    def build(module):
        model = module.nn.Linear(3, 2)
        groups = [{"params": [model.weight], "weight_decay": 0.1}, {"params": [model.bias], "lr": 0.5}]
        return model, module.optim.AdamW(groups, lr=0.01)

    def run(module, model, optimizer, steps):
        seen = []
        for step in range(steps):
            optimizer.zero_grad()
            loss = (model(module.ones(4, 3)) - step).square().mean()
            loss.backward()
            optimizer.step()
            seen.append(loss.item())
        return seen

    model, optimizer = build(first)
    run(first, model, optimizer, 4)
    first.save((model.state_dict(), optimizer.state_dict()), tmp_path / "both.pt")
    other, its = build(second)
    weights, state = second.load(tmp_path / "both.pt")
    other.load_state_dict(weights)
    its.load_state_dict(state)
    np.testing.assert_allclose(run(second, other, its, 20), run(first, model, optimizer, 20), rtol=1e-4)
    assert [group["lr"] for group in its.param_groups] == [0.01, 0.5]
