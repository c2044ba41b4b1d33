"""More than a file of this kind can hold.

Why: no version of hundreds of nodes comes near these limits, and a file that does is there to keep krtc busy: 1 MiB
for a file, 64 levels, 100,000 values, 256 characters for a key, 256 KiB for a value, 200 mistakes.

Bad:

    description: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]

Good:

    description: Sorts mail.

Fix: make it smaller, or split the version.
"""
