"""Instruments: what explains a run, computed from its parameters at a step and its data."""
