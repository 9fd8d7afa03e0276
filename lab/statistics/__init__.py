"""Which is better, and how sure is that: paired differences, intervals, tests, times to a target."""
