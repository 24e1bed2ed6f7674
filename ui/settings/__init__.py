"""Sync, devices, account."""
