"""A key that stands twice in one mapping.

Why: readers of YAML do not agree on which counts; most take the last one, and say nothing.

Bad:

    description: Sorts mail.
    description: Sorts mail, and answers it.

Good:

    description: Sorts mail, and answers it.

Fix: keep one of them.
"""
