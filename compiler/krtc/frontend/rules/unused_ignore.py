"""A comment `# krtc: ignore[...]` that silences nothing.

Why: it stays behind when what it silenced is mended, and would hide the next mistake on its line. Errors that leave
the file without a meaning (KRT0xx and KRT1xx) cannot be silenced.

Bad:

    description: Sorts mail.  # krtc: ignore[KRT204]

Good:

    description: Sorts mail.

Fix: remove the comment, as `krtc check --fix` does, or correct the code in it.
"""
