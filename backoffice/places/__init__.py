"""Places in words: borders, cities, emergency numbers and centres. Rules over data files; no network."""
