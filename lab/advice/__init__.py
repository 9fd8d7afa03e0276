"""Advice: what stands out in an experiment's runs, in words, with the evidence and what to try."""
