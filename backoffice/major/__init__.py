"""Major cases: one accident, many persons."""
