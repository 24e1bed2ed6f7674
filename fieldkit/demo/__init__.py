"""The fictional demo county: seed in, model objects out."""
