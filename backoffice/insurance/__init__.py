"""Insurance: products and their clauses, what they cost, policies, and what covers a person at a time and place."""
