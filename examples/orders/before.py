"""The shop, as it was: when the card is declined, or it dies, somebody cleans up by hand."""
import sys

import world


def place(order, thing, amount):
    world.take(f"{order}/take", thing)
    world.charge(f"{order}/charge", amount)
    world.send(f"{order}/send", thing)


if __name__ == "__main__":
    place(sys.argv[1], "lamp", int(sys.argv[2]))
