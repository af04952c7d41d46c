"""What single experiments are made of: their lessons where there are many, and the figures and sets that they share."""
