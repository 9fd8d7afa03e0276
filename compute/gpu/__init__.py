"""Training on a GPU with kernels of our own; `compute.gpu.choice` says which runs take which way."""
