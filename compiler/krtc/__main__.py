"""`python -m krtc`, the same as the command `krtc`."""

import sys

from krtc.cli import main

sys.exit(main())
