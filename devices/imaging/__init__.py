"""Page finding, straightening, codes, seals, signatures, text."""
