"""A mail server that takes everything: `python -m bench.sink PORT [FILE]`. Into FILE it writes the Message-ID of each
mail before it answers; of the mails themselves it keeps nothing."""

import asyncio
import re
import sys
from pathlib import Path

GREETING, READY, GO_ON, BYE = b"220 sink\r\n", b"250 ok\r\n", b"354 go on\r\n", b"221 bye\r\n"


async def serve(reader, writer):
    writer.write(GREETING)
    while line := await reader.readline():
        command = line[:4].upper()
        if command == b"DATA":
            writer.write(GO_ON)
            await writer.drain()
            mail = await reader.readuntil(b"\r\n.\r\n")
            if len(sys.argv) > 2:
                with Path(sys.argv[2]).open("a") as taken:
                    taken.write(re.search(rb"(?im)^Message-ID: *(\S+)", mail)[1].decode() + "\n")
        writer.write(BYE if command == b"QUIT" else READY)
        await writer.drain()
        if command == b"QUIT":
            break
    writer.close()


async def main(port):
    server = await asyncio.start_server(serve, "127.0.0.1", port, limit=16 * 1024 * 1024)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
