"""Wand folder: pages out."""
