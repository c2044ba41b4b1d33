"""A part of YAML that KRT does not use: anchors and aliases, merge keys, tags, directives, several documents.

Why: readers of YAML differ in them, and small files that use them can grow beyond all memory. A krt.yml needs none.

Bad:

    description: &text Sorts mail.

Good:

    description: Sorts mail.

Fix: write out what is meant.
"""
