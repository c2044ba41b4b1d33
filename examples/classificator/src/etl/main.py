"""Reads the file of a request, and sends each mail on."""

from public_input_pb2 import Request, Response


async def default_handler(ctx, data):
    """Takes a Request; what it sends goes to all nodes that subscribe to `etl`."""
    request = Request()
    data.Unpack(request)
    ctx.logger.info(f"reading {request.filename}")
    await ctx.send_output(Response(message=f"{request.filename} was read"))
