"""What people wrote, as it may be shown to people."""


def visible(text: str) -> str:
    """A text in which nothing hides or is obeyed: what cannot be printed stands there by its number.

    That is controls, of terminals too, bidi marks and line ends; what is left, XML can hold.
    """
    return text if text.isprintable() else "".join(c if c.isprintable() else f"\\u{{{ord(c):x}}}" for c in text)
