"""A .krt archive without entries for its folders.

Why: the public downloader creates a folder only when the archive has an entry for it, before what is in it. Without
one, every pod of the version fails when it starts.

Bad:

    $ tar -czf mail.krt krt.yml public_input.proto src/main.py

Good:

    $ tar -czf mail.krt krt.yml public_input.proto src

Fix: let tar pack folders, and not files one by one: `tar -czf NAME.krt -C FOLDER .`
"""
