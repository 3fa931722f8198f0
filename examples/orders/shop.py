"""The shop, with open sagas: what was done is undone when the rest falls through, even if the shop
never comes back; and who runs it again with the same order goes on where it was."""
import os
import sys

import sagad
import world

LIMIT = os.environ.get("ORDER_LIMIT", "10m")  # then the coordinator undoes it without the shop


def place(client, order, thing, amount):
    with client.saga(order, name="order", timeout=LIMIT, input={"thing": thing}) as saga:
        saga.step("take", lambda s: world.take(s.key, thing), compensate="shelf.put_back")
        saga.step("charge", lambda s: world.charge(s.key, amount), compensate="psp.refund")
        saga.step("send", lambda s: world.send(s.key, thing), compensate="carrier.recall")


if __name__ == "__main__":
    with sagad.Client() as client:
        place(client, sys.argv[1], "lamp", int(sys.argv[2]))
