"""Sweeps: settings that take several values, as few experiments as possible, and what they will cost."""
