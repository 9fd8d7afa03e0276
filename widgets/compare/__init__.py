"""The Compare workspace: stored runs and fair races."""
