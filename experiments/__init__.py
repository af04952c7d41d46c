"""One readable, runnable demonstration per chapter of the notes; `python -m experiments` runs them all."""

# In the order of the notes; each is a module with TITLE, QUESTION, Settings, FAST and run(settings, out).
NAMES = ("logic_gates", "regression", "landscape", "digits_mlp", "digits_lenet")
