"""Suites, digests, keys, signatures and encrypted files: all cryptography of the product in one place."""
