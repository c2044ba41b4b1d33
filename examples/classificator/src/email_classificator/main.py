"""Tells what a mail is about; those about repairs go to a sub-topic of their own."""

from public_input_pb2 import Response


async def default_handler(ctx, data):
    """Takes what `etl` sent; `repairs-handler` subscribes to the sub-topic only, `stats-storer` to the rest."""
    mail = Response()
    data.Unpack(mail)
    await ctx.send_output(mail, "repairs" if "repair" in mail.message else "")
