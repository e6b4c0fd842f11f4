"""Check liveness ten times a second, and write the longest time in milliseconds: `… PORT SECONDS`.

It is a program of its own, because the threads of a load generator would delay it.
"""

import http.client
import sys
import time


def check_ms(port: int) -> float:
    """Return how long a check takes on a new connection; infinite if it fails."""
    start_s = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        is_alive = connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        is_alive = False
    finally:
        connection.close()
    return 1e3 * (time.monotonic() - start_s) if is_alive else float("inf")


def main(port: int, seconds: float) -> None:
    """Check for this time."""
    end_s, longest_ms = time.monotonic() + seconds, 0.0
    while time.monotonic() < end_s:
        longest_ms = max(longest_ms, check_ms(port))
        time.sleep(0.1)  # between two checks
    sys.stdout.write(f"{longest_ms}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
