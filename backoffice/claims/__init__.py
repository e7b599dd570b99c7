"""Claims: what a policy pays for, line by line, as readable rules over its clauses. A proposal, never a decision."""
