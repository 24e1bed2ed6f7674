"""Satellite receiver to track."""
