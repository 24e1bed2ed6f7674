"""执法检查: a visit in six steps."""
