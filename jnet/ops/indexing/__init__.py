"""Ops that read, write and search at indices that are tensors."""
