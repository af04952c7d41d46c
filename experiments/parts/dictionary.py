"""A dictionary: PyTorch's words and JAX's, by the part of PyTorch that they belong to."""

from matplotlib.figure import Figure

from jnet import plotting
from jnet.plotting.style import styled

# Who corresponds to whom: part, PyTorch's word, JAX's.
WORDS = (
    ("arrays", "torch.tensor, torch.arange", "jnp.array, jnp.arange"),
    ("arrays", "tensor.view, .permute, .t()", "jnp.reshape, jnp.transpose, .T"),
    ("arrays", "x[0] = 1, x.add_(1)", "x.at[0].set(1), x + 1"),
    ("arrays", 'x.to("cuda"), x.cpu()', "jax.device_put(x, device)"),
    ("arrays", "torch.manual_seed(420)", "jax.random.key(420)"),
    ("derivatives", "loss.backward(), w.grad", "jax.grad(loss)(w)"),
    ("derivatives", "torch.autograd.grad", "jax.vjp, jax.jvp"),
    ("derivatives", "with torch.no_grad():", "jax.lax.stop_gradient"),
    ("derivatives", "torch.func.vmap", "jax.vmap"),
    ("layers", "class Net(nn.Module)", "class Net(flax.linen.Module)"),
    ("layers", "net(x)", "net.apply(variables, x)"),
    ("layers", "net.parameters()", "jax.tree.leaves(params)"),
    ("layers", "nn.CrossEntropyLoss()", "jnet.losses.cross_entropy"),
    ("optimizers", "optim.Adam(net.parameters())", "optax.adam, tx.init(params)"),
    ("optimizers", "optimizer.step()", "tx.update, optax.apply_updates"),
    ("optimizers", "lr_scheduler.StepLR", "optax.exponential_decay"),
    ("around", "DataLoader(data, shuffle=True)", "jnet.data.Loader(data, shuffle=True)"),
    ("around", "torch.save(net.state_dict(), f)", "jnet.checkpoint.save(f, params)"),
    ("around", "torch.compile(net)", "jax.jit(net.apply)"),
    ("around", "while loss > 0.1:", "jax.lax.while_loop"),
)


@styled
def draw() -> Figure:
    """Draw the dictionary: PyTorch's word, JAX's word, by part."""
    parts = list(dict.fromkeys(part for part, _, _ in WORDS))
    figure, (ax,) = plotting.panels(1, width=9.2, height=7.4)
    row, colors = 0.0, dict(zip(parts, plotting.PALETTE, strict=False))
    for part in parts:
        chosen = [(left, right) for each, left, right in WORDS if each == part]
        top = row - 0.5
        for left, right in chosen:
            ax.text(0.44, row, left, family="monospace", fontsize=10.5, ha="right", va="center")
            ax.text(0.56, row, right, family="monospace", fontsize=10.5, ha="left", va="center")
            arrow = {"arrowstyle": "<|-|>", "color": colors[part], "lw": 1.2, "shrinkA": 0, "shrinkB": 0}
            ax.annotate("", (0.545, row), (0.455, row), arrowprops=arrow)
            row += 1
        ax.axhspan(top, row - 0.5, color=colors[part], alpha=0.08, lw=0)
        middle, style = (top + row - 0.5) / 2, {"fontweight": "bold", "va": "center", "ha": "center"}
        ax.text(-0.035, middle, part, rotation=90, color=colors[part], **style)
        row += 0.35
    for x, side, text in ((0.44, "right", "PyTorch"), (0.56, "left", "JAX, Flax, Optax, jnet")):
        ax.text(x, -1.1, text, fontsize=12, fontweight="bold", ha=side, va="center")
    ax.set(xlim=(-0.07, 1.03), ylim=(row - 0.6, -1.6))
    ax.axis("off")
    return figure
