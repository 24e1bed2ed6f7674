"""Forms as data, the record check, and the way from filled record to sealed PDF."""
