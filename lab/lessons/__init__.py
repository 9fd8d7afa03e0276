"""Lessons: a question, an experiment that answers it, and claims with bounds that can be checked."""
