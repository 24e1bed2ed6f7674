"""Log-in, keys and lock-out: who may open this kit."""
