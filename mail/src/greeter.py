"""Greets; as the exitpoint of the workflow, it answers the request."""

from public_input_pb2 import Request, Response


async def default_handler(ctx, data):
    """Takes what `cleaner` sent."""
    request = Request()
    data.Unpack(request)
    await ctx.send_output(Response(greeting=f"Hello, {request.name or 'world'}!"))
