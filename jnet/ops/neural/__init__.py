"""Ops of neural networks: activations, losses, normalisation, attention, recurrence."""
