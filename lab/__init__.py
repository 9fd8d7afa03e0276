"""Experiments: configuration, trainer process, session, curves, exports. No Qt."""
