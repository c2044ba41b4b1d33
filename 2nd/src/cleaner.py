"""Takes the blanks off a name."""

from public_input_pb2 import Request


async def default_handler(ctx, data):
    """Takes a Request; what it sends goes to the nodes that subscribe to `cleaner`."""
    request = Request()
    data.Unpack(request)
    ctx.logger.info(f"cleaning {request.name!r}")
    await ctx.send_output(Request(name=" ".join(request.name.split())))
