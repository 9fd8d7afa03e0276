"""The Explore workspace: views of losses that follow a pointer, a key or a typed number."""
