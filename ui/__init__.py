"""The officer's screens and the command line; the only place that wires the others together."""
