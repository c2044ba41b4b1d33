"""A version of a runtime whose file cannot be read.

Why: a runtime is compiled with all its versions. What is not there would be taken off the cluster; so a path that leads
to nothing is a mistake, not an empty version.

Bad:

    # runtime.yml
    runtime: demo
    versions:
      - {krt: mails.yml, status: published}
    # mail.yml
    version: mail-v1

Good:

    # runtime.yml
    runtime: demo
    versions:
      - {krt: mail.yml, status: published}
    # mail.yml
    version: mail-v1

Fix: write the path of a krt.yml or a .krt in the folder of runtime.yml, or below it; remove the entry of a version that
shall go.
"""
