r"""A file that is not UTF-8 text, or text with characters that are none.

Why: KRT files are UTF-8. Readers of YAML do not agree on control characters, on line ends such as NEL, and on what
stands for them behind an escape; what one of them reads another drops or refuses.

Bad:

    description: "Sorts mail. \a"

Good:

    description: "Sorts mail."

Fix: save the file as UTF-8, and remove the character. A tab and line ends are fine.
"""
