"""Money: what is asked, held, owed and paid, as pure rules over a double-entry ledger."""
