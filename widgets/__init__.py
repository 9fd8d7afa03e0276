"""The window: panels and plots."""
