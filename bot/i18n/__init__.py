"""Words in the language of whoever reads them."""
