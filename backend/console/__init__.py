"""The leaders' web console."""
