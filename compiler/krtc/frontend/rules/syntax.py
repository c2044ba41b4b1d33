"""A file that is not YAML.

Why: nothing in it can be read. Only the first place is told: what follows it would be guessed.

Bad:

    description: "Sorts mail.

Good:

    description: "Sorts mail."

Fix: look at the place, and at the line before it: a quote or a bracket that is not closed, a tab, a `:` without a
space.
"""
