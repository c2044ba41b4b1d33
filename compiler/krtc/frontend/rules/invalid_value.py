"""A value that is not allowed where it stands.

Why: names become names of streams, subjects and Kubernetes objects, which have rules of their own; paths stay inside
the KRT; images are references that a registry can resolve.

Bad:

    workflows:
      - name: Mail_Sorting

Good:

    workflows:
      - name: mail-sorting

Fix: the message says what is allowed. Where one of several words is meant, and one alone is near, `krtc check --fix`
writes it.
"""
