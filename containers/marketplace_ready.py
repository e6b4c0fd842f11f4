"""Exit with status 0 if the marketplace in this container is ready (/readyz)."""

import http.client
import sys

HOST, PORT = "127.0.0.1", 5000
TIMEOUT_S = 3.0


def main() -> int:
    """Return the exit status."""
    connection = http.client.HTTPConnection(HOST, PORT, timeout=TIMEOUT_S)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        print(answer.status, answer.read(200).decode(errors="replace").strip())
    except OSError as error:
        print(error)
        return 1
    finally:
        connection.close()
    return 0 if answer.status == http.HTTPStatus.OK else 1


if __name__ == "__main__":
    sys.exit(main())
