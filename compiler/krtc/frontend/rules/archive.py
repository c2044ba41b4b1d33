"""A .krt archive that cannot be taken.

Why: a .krt is a gzip'ed tar with krt.yml at its root. The pods unpack it as root of a shared folder: links are left
out there, and names with `..` or a `/` before them would leave the folder. So krtc takes plain files and folders only,
each name once, also for file systems that do not tell `A` from `a`.

Bad:

    $ ln -s /etc/passwd src/passwd
    $ tar -czf mail.krt -C . krt.yml public_input.proto src

Good:

    $ tar -czf mail.krt -C . krt.yml public_input.proto src

Fix: pack the content of the folder of krt.yml, with links replaced by what they lead to: `tar -czhf NAME.krt -C FOLDER
.`
"""
