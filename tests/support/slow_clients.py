"""Clients that hold connections to a server: `python -m tests.support.slow_clients PORT COUNT KIND…`.

Each connection is opened again as soon as the server closes it. The program writes a line once all were open.

KIND is silent (sends nothing), dripping (a byte of a header each second), idle (keeps its connection after a response),
endless (headers of 380 kB that never end) or http2 (opens HTTP/2 and no stream).
"""

import asyncio
import itertools
import sys
from contextlib import suppress

REQUEST = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
ENDLESS_BYTES = 380_000
EMPTY_SETTINGS = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
HTTP2_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + EMPTY_SETTINGS
CONNECTS_AT_ONCE = 100


async def hold(kind: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Behave like a client of this kind until the server closes the connection."""
    if kind == "idle":
        writer.write(REQUEST + b"\r\n")
    elif kind == "endless":
        line = b"X-Filler: " + b"a" * 1_000 + b"\r\n"
        writer.write(REQUEST + line * (ENDLESS_BYTES // len(line)))
    elif kind == "dripping":
        writer.write(REQUEST + b"X-Drip: ")
    elif kind == "http2":
        writer.write(HTTP2_PREFACE)
    closed = asyncio.ensure_future(reader.read(-1))
    while not closed.done():
        await asyncio.wait([closed], timeout=1.0)
        if kind == "dripping" and not closed.done():
            writer.write(b"a")
    await closed


async def client(port: int, kind: str, connecting: asyncio.Semaphore, opened: asyncio.Event) -> None:
    """Hold one connection for ever."""
    while True:
        with suppress(OSError):
            async with connecting:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            opened.set()
            try:
                await hold(kind, reader, writer)
            finally:
                writer.close()
        await asyncio.sleep(0.1)


async def main(port: int, count: int, kinds: list[str]) -> None:
    """Run all clients until the process is stopped."""
    connecting, opened = asyncio.Semaphore(CONNECTS_AT_ONCE), [asyncio.Event() for _ in range(count)]
    clients = [
        asyncio.ensure_future(client(port, kind, connecting, event))
        for event, kind in zip(opened, itertools.cycle(kinds), strict=False)
    ]
    for event in opened:
        await event.wait()
    sys.stdout.write("open\n")
    sys.stdout.flush()
    await asyncio.gather(*clients)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
