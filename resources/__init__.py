"""Data the product ships: forms, laws, fonts, icons, messages, style tokens. No logic."""
