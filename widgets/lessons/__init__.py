"""The Lessons workspace: a list of lessons, one to read, and what its runs draw."""
