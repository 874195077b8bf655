"""A mail server that takes everything and keeps nothing but the count: `python -m bench.sink PORT`."""

import asyncio
import sys

GREETING, READY, GO_ON, BYE = b"220 sink\r\n", b"250 ok\r\n", b"354 go on\r\n", b"221 bye\r\n"


async def serve(reader, writer):
    writer.write(GREETING)
    while line := await reader.readline():
        command = line[:4].upper()
        if command == b"DATA":
            writer.write(GO_ON)
            await writer.drain()
            await reader.readuntil(b"\r\n.\r\n")
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
