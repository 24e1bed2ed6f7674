"""What the case holds: printers, scanner, receiver; and their emulators."""
