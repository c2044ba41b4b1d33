r"""A character that people do not see, or that turns the order of what they see.

Why: zero-width characters and bidi marks make a text look like another one: a review does not see what is merged. In a
name they are an error of their own.

Bad:

    description: "Sorts mail\u200b, and answers it."

Good:

    description: "Sorts mail, and answers it."

Fix: remove it. `krtc check --fix` does in comments; in a text it may be meant.
"""
