"""Tables, change feed, content store."""
