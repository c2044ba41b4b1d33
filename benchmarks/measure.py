"""`measure.py COMMAND...` runs a command, and writes its seconds, its processors' seconds and its peak in KiB.

A process of its own, that imports next to nothing: the kernel counts what a process held before its exec as its own.
"""

import os
import sys
import time

start = time.perf_counter()
process = os.posix_spawn(
    sys.argv[1],
    sys.argv[1:],
    os.environ,
    file_actions=[(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)],
)
_, status, usage = os.wait4(process, 0)
wall = time.perf_counter() - start
if os.waitstatus_to_exitcode(status) not in (0, 1):  # 1: findings
    sys.exit(f"{' '.join(sys.argv[1:4])} ended with {os.waitstatus_to_exitcode(status)}")
sys.stdout.write(f"{wall} {usage.ru_utime + usage.ru_stime} {usage.ru_maxrss}\n")
