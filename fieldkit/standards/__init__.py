"""National codes and numbers: parse, check, explain."""
