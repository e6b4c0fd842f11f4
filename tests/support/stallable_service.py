"""The recommendations service, with one more signal: SIGUSR2 blocks its event loop for good.

Then it answers no call, but gRPC core still answers pings, and health watchers still have SERVING.
"""

import signal
import sys
import time

from recommendations.__main__ import main

FOR_EVER_S = 3_600.0

if __name__ == "__main__":
    signal.signal(signal.SIGUSR2, lambda *_: time.sleep(FOR_EVER_S))
    sys.exit(main())
