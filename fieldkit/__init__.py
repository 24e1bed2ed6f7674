"""The kit's heart: model, standards, instruments, replica. No Qt, no network, no device."""

__version__ = "0.1.0"
