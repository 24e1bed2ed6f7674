"""The provincial backend: sync, accounts, console."""
