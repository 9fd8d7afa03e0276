"""Every run kept by itself, as it happens: experiments in SQLite, curves in append-only files."""
