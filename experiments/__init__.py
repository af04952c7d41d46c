"""One readable, runnable demonstration per chapter of the notes; `python -m experiments` runs them all."""

# In the order of the notes; each is a module with TITLE, QUESTION, Settings, FAST and run(settings, out).
NAMES = (
    "tensors",
    "creation",
    "shapes",
    "arithmetic",
    "gradients",
    "activations",
    "losses",
    "logic_gates",
    "regression",
    "modules",
    "digits_mlp",
    "overfitting",
    "convolution",
    "digits_lenet",
    "landscape",
    "surroundings",
)
