"""Papers people may keep: what stands on them, before they have a page."""
