"""Numbers: data sets, losses, models, optimisers and the training loop, on NumPy or CuPy."""
