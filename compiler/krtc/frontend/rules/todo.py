"""A comment `# krtc: todo`: something that a person has to decide, and has not yet.

Why: `krtc migrate` leaves it where a file of KRT V1 does not say what KRT V2 has to know. Whoever compiled the file
before that is decided would deploy a guess. People may write such comments, too: what is compiled has none.

Bad:

    # krtc: todo say who is asked about the mails
    description: Sorts mail.

Good:

    # The team of the post room is asked about the mails.
    description: Sorts mail.

Fix: do what it says, and remove the comment.
"""
