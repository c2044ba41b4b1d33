"""From the bytes of krt.yml to the bytes of its manifests, in memory: krtc with all its checks, and the floor, in turn.

`throughput.py ROUNDS VERSIONS` writes a line a round: the processor seconds of krtc and of the floor for so many
versions, no two of them alike. They make the same bytes, or it ends with an error.
"""

import sys
import time

import floor
from inputs import EXAMPLE

from krtc import pipeline
from krtc.cli import assets
from krtc.pipeline import Options, Source


def main() -> None:
    """Measures."""
    rounds, versions = map(int, sys.argv[1:])
    static = floor.assets()
    options = Options(status="started", form="manifests", stream=True)
    data = assets.load(pipeline.asset_names(options, with_settings=False))

    def krtc(krt: bytes) -> bytes:
        [text] = pipeline.compile(Source("krt.yml", krt), None, options, data, lambda name: name).files.values()
        return text.encode()

    def least(krt: bytes) -> bytes:
        return floor.compile("krt.yml", krt.decode(), static).encode()

    example = EXAMPLE.read_bytes()
    if krtc(example) != least(example):
        raise SystemExit("krtc and the floor do not make the same bytes")
    for number in range(rounds):
        files = [example.replace(b"classificator-v1", b"v%d-%d" % (number, n)) for n in range(versions)]
        spent = []
        for compile in (krtc, least):
            start = time.process_time()
            for krt in files:
                compile(krt)
            spent.append(time.process_time() - start)
        print(*spent)


main()
