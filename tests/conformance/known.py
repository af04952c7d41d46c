"""What is known not to conform, each with the reason: `make conformance` and the tests hold the lists to be exact."""

MODULES: dict[str, str] = {}
OPTIMIZERS: dict[str, str] = {}
