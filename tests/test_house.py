"""The house: imports point down, `import jnet` is light, and nothing imports PyTorch."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from paths import ROOT

# What each part may import of jnet; parts not named here are of the functional face.
ALLOWED = {
    "files": set(),
    "html": set(),
    "memory": set(),
    "ops": {"files"},
    "optim": {"ops"},
    "recorder": {"ops", "memory"},
    "torch": {"recorder", "optim", "ops", "files", "html", "memory", "compilation"},
    "torchvision": {"torch", "recorder", "data", "files"},
}
FUNCTIONAL_MAY_NOT = {"recorder", "torch", "torchvision", "cli"}
MAY = {"cli", "torch", "torchvision", "__main__"}
EVERYTHING_MAY_NOT = {"torch", "torchvision", "experiments"}
HEAVY = {"matplotlib", "mlxtend", "sklearn", "orbax", "pandas", "jinja2", "torch", "PIL"}


def imported(source: str) -> set[str]:
    """Names of all modules that `source` imports, wherever the statement stands."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def violations(part: str, source: str) -> set[str]:
    """Imports in a file of the part `part` of jnet that point the wrong way."""
    names = imported(source)
    parts = {name.split(".")[1] for name in names if name.startswith("jnet.")} & parts_of_jnet() - {part}
    wrong = {f"jnet.{p}" for p in parts & FUNCTIONAL_MAY_NOT} if part not in MAY else set()
    if part in ALLOWED:
        wrong |= {f"jnet.{p}" for p in parts - ALLOWED[part]}
    return wrong | {name for name in names if name.split(".")[0] in EVERYTHING_MAY_NOT}


def parts_of_jnet() -> set[str]:
    return {path.stem for path in (ROOT / "jnet").iterdir() if path.suffix in ("", ".py")} | {"recorder", "torch"}


def part_of(path: Path) -> str:
    return path.relative_to(ROOT / "jnet").parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", sorted((ROOT / "jnet").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path):
    assert violations(part_of(path), path.read_text()) == set()


def test_the_line_can_be_crossed():
    assert violations("ops", "from jnet.losses import mse") == {"jnet.losses"}
    assert violations("ops", "def f():\n    from jnet import train") == {"jnet.train"}
    assert violations("train", "import jnet.recorder.trace") == {"jnet.recorder"}
    assert violations("models", "import torch.nn") == {"torch.nn"}
    assert violations("torch", "from jnet.torchvision import utils") == {"jnet.torchvision"}
    assert violations("torchvision", "from jnet import train") == {"jnet.train"}
    assert violations("losses", "from jnet.ops.neural.loss import mse_loss") == set()


@pytest.mark.smoke
def test_import_is_light():
    modules = ("train", "models", "losses", "metrics", "data", "optim", "checkpoint", "export", "ops", "cli")
    code = f"import jnet, {', '.join(f'jnet.{name}' for name in modules)}, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {name.split(".")[0] for name in loaded} & HEAVY == set()


def test_lazy_modules_and_unknown_names():
    import jnet

    assert jnet.losses.__name__ == "jnet.losses"
    assert "train" in dir(jnet)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        jnet.nothing  # noqa: B018
