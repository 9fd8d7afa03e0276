"""Stored runs side by side: their columns, filters and groups, and the curves and plots that compare them."""
