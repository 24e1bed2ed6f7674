"""A4 over IPP, labels and slips over ESC/POS."""
