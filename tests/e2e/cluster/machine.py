"""What a node's programs run in: namespaces of mounts and processes, so that nothing of them outlives the tests.

Containers and what keeps them are children of nobody: with the namespace of processes they all end at once, and with
them go the mounts. Cgroups stay: a process that outlives even killed tests removes them. One such machine at a time.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator

from tests.e2e.cluster.network import BOUND

LOCK = os.path.join(tempfile.gettempdir(), "krtc-e2e-node.lock")
PATIENCE = 1200  # seconds, for another's tests to end
# The folder that containerd has its containers' cgroups in, of cgroup v1 and v2.
LEFT = "find /sys/fs/cgroup -mindepth 1 -maxdepth 2 -name k8s.io"
INSIDE = """
set -e
mount --make-rshared /
mkdir -p /var/lib/cni /var/lib/kubelet
for folder in /run /var/log /var/lib/cni /var/lib/kubelet; do mount -t tmpfs none $folder; done
echo ready
exec sleep infinity
"""
# Reads until the tests, who hold the other end of stdin, are no more.
OUTSIDE = f"""
clean() {{ {LEFT} | while read -r left; do find "$left" -depth -type d -exec rmdir {{}} + ; done 2>/dev/null; }}
clean
setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child --mount-proc \\
    sh -c '{INSIDE}' </dev/null 2>&1 &
echo $!
read -r _
kill -KILL $!
wait
for _ in 1 2 3 4 5 6 7 8 9 10; do clean; [ -z "$({LEFT})" ] && exit; sleep 0.5; done
"""


@contextlib.contextmanager
def machine(inside: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The words before a command by which it runs in there, and in the network that it is given."""
    assert os.geteuid() == 0, "a node needs root: it makes namespaces, mounts and containers"
    # In a session of its own, so that what is meant for the tests' group does not meet it.
    command = ["setsid", "flock", "--timeout", str(PATIENCE), LOCK, *inside, "sh", "-c", OUTSIDE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        try:
            said = {holder.stdout.readline().strip() for _ in range(2)}
            assert "ready" in said, f"another node has run for {PATIENCE} s on this machine, or there can be none"
            [target] = said - {"ready"}
            # A child of the words, in there, ends when they do.
            processes = f"--pid=/proc/{target}/ns/pid_for_children"
            yield (*inside, "nsenter", "--target", target, "--mount", processes, "--", *BOUND)
        finally:
            holder.stdin.close()
