"""sha256 of text, without OpenSSL where CPython can: loading hashlib is a twentieth of a whole compile."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hashlib import sha256 as _sha256
else:
    try:
        from _sha2 import sha256 as _sha256  # CPython 3.12 and later
    except ImportError:
        try:
            from _sha256 import sha256 as _sha256  # CPython 3.11
        except ImportError:
            from hashlib import sha256 as _sha256


def sha256(text: str) -> str:
    """The digest of a text's UTF-8 bytes, 64 hex digits."""
    return _sha256(text.encode()).hexdigest()


def policy_source(text: str) -> str:
    """What a Content-Security-Policy knows a style or a script in its page by: `'sha256-...'`."""
    from base64 import b64encode  # only pages need it

    return f"'sha256-{b64encode(_sha256(text.encode()).digest()).decode()}'"
