"""Products, factors and equations of vectors and matrices."""
