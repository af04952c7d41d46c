"""Ops that combine the elements along dimensions: sums, norms, extremes, orders, running totals."""
