"""HTTP calls of the backend."""
