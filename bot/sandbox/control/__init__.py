"""The control API: what the page, tests and drills use to play people and to look behind the scenes."""
