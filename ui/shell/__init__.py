"""Window, navigation, status."""
