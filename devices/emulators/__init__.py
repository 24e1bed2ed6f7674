"""Each device as a separate process with faults on command."""
