"""Log-in, keys, lock-out: who may open this kit."""
