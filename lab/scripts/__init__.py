"""An experiment as one readable script: plain NumPy, or PyTorch. The pieces are real, tested Python."""
