"""Plot cards."""
