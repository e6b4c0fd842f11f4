"""What hostile clients send: mutated messages, HTTP/2 frames that nobody should send, and odd HTTP/1.1 requests."""

import struct
from random import Random

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS, RST_STREAM, PING, GOAWAY, WINDOW_UPDATE, HEADERS, CONTINUATION = 4, 3, 6, 7, 8, 1, 9
FLOOD = 500


def mutated(message: bytes, random: Random) -> bytes:
    """Return the message with some bytes changed, removed, inserted or repeated."""
    changed = bytearray(message)
    for _ in range(random.randint(1, 6)):
        place = random.randrange(len(changed) + 1)
        match random.randrange(5):
            case 0:
                changed[place : place + 1] = bytes([random.randrange(256)])
            case 1:
                del changed[place : place + random.randint(1, 4)]
            case 2:
                changed[place:place] = random.randbytes(random.randint(1, 8))
            case 3:
                changed[place:place] = changed[: random.randint(0, 32)] * random.randint(1, 4)
            case _:
                changed[place : place + 1] = b"\xff" * random.randint(1, 10)
    return bytes(changed)


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def hostile_frames(random: Random) -> bytes:
    """Return what a hostile HTTP/2 client sends after its preface: a flood, or random frames."""
    settings = frame(SETTINGS, 0, 0, b"")
    match random.randrange(6):
        case 0:
            return settings + frame(PING, 0, 0, bytes(8)) * FLOOD
        case 1:
            return settings * FLOOD
        case 2:
            return settings + frame(HEADERS, 0, 1, b"\x83\x86") + frame(CONTINUATION, 0, 1, b"\x84" * 64) * FLOOD
        case 3:
            opened = (frame(HEADERS, 4, 2 * n + 1, b"\x83\x86\x84") for n in range(FLOOD))
            return settings + b"".join(opening + frame(RST_STREAM, 0, 1, bytes(4)) for opening in opened)
        case 4:
            return settings + b"".join(
                frame(random.randrange(12), random.randrange(256), random.randrange(8), random.randbytes(16))
                for _ in range(8)
            )
        case _:
            return random.randbytes(random.randint(1, 2_000))


def odd_request(random: Random) -> bytes:
    """Return an HTTP/1.1 request with something wrong or unusual in it."""
    method = random.choice(("GET", "GET", "POST", "HEAD", "TRACE", "get", "G E T", "\x00", "PROPFIND"))
    path = random.choice(
        (
            "/",
            "/books/9999999999999999999999",
            "/books/-1",
            "/categories/%00",
            "/categories/%ff",
            "/%2e%2e/%2e%2e/etc",
            "//",
            "/?token=%F0%9F%92%A9",
            "/?token=" + "A" * 4_000,
            "/api/books?max_results=1e9",
            "/api/books?category=%00",
            "/books/1?" + "a=b&" * 500,
            "http://other.example/",
            "*",
            "/categories//mystery",
            "/\u202e",
            "/api/shelves?x[]=1",
        )
    )
    headers = random.choice(
        (
            "Host: a..b",
            "Host: [::1",
            "Host: x\r\nHost: y",
            "Host: x\r\nContent-Length: -1",
            "Host: \xff\xfe",
            "Host: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
            "Host: x\r\nX-Request-ID: " + "\x1b[31m" * 20,
            "Host: x\r\nCookie: " + "c" * 9_000,
            "Host: x\r\nRange: bytes=5-1",
            "Host: x\r\nAccept-Encoding: " + "gzip," * 900,
            "Host: x\r\nExpect: 100-continue",
            "Host: x\r\nIf-None-Match: " + '"' * 99,
            "Host: x\r\n folded: yes",
            "",
        )
    )
    request = f"{method} {path} HTTP/{random.choice(('1.1', '1.1', '1.0', '9.9', ''))}\r\n{headers}\r\n\r\n"
    return request.encode("latin-1", "replace")
