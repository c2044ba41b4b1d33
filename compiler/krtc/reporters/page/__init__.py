"""A runtime, or one version, as a page for people: `data.py` is what it tells, `html.py` writes it."""
