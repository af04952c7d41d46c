"""Ops on signals, images and volumes: convolutions, pooling, padding, resampling."""
