"""Ops that place elements elsewhere: views and their inverses, joined and rearranged tensors."""
