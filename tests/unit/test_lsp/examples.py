"""Texts with a cursor in them, and what the language server is given for them."""

import json
from functools import cache

from krtc.lsp.shapes import Shapes
from tests.unit.helpers import ROOT

KRT = """\
version: mail-v1
krtVersion: v2
description: Sorts mail. # not much
entrypoint:
  proto: public_input.proto
  image: konstellation/kre-entrypoint:8.2.0
workflows:
  - name: sort
    entrypoint: Sort
    exitpoint: out
    nodes:
      - name: etl
        image: konstellation/kre-py:8.2.0
        src: src/etl.py
        subscriptions: [entrypoint]
      - name: 'odd-mails'
        image: konstellation/kre-go:8.2.0
        src: bin/odd
        subscriptions:
          - "etl.odd"
      - name: out
        image: konstellation/kre-go:8.2.0
        src: bin/out
        objectStore: {name: mails, scope: workflow}
        subscriptions: ["etl", odd-mails]
  - name: count
    entrypoint: Count
    exitpoint: etl
    nodes:
      - name: etl
        image: konstellation/kre-py:8.2.0
        src: src/count.py
        subscriptions:
          - entrypoint
"""
RUNTIME = """\
runtime: demo
messaging: job
versions:
  - krt: versions/mail-v1/krt.yml
    status: published
    id: mine
  - krt: versions/mail-v2/krt.yml
"""
RPCS = ("Sort", "Count", "Other")


@cache
def shapes(language: str = "krt-v2") -> Shapes:
    return Shapes(json.loads((ROOT / "schemas" / f"{language}.schema.json").read_text(encoding="utf-8")))


def cursor(text: str) -> tuple[str, int]:
    """A text without the `|` of its cursor, and where that stood."""
    assert text.count("|") == 1, text
    return text.replace("|", ""), text.index("|")


def changed(before: str, after: str, text: str = KRT) -> tuple[str, int]:
    """A text in which something, with a cursor, has taken the place of something that stands there once."""
    assert text.count(before) == 1, before
    return cursor(text.replace(before, after))
