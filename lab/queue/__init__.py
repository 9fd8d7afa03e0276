"""Experiments that wait for each other: jobs of several experiments, trained one after the other."""
