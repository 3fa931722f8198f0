"""book ORDER HALL:SEAT... - all of these seats, or none: reserved first, sold when all are held.

DIES_AFTER=N kills the program when it has reserved N seats, as a crash would."""
import os
import signal
import sys

import sagad
import theatre


def book(client, order, places):
    dies_after = int(os.environ.get("DIES_AFTER", "-1"))
    with client.saga(order, name="seats", timeout=os.environ.get("ORDER_LIMIT", "10m")) as saga:
        for number, (hall, seat) in enumerate(places):
            if number == dies_after:
                os.kill(os.getpid(), signal.SIGKILL)
            saga.step(f"seat_{number}", theatre.reserve,
                      input={"hall": hall, "seat": seat},
                      confirm="theatre.confirm", compensate="theatre.release")
        if len(places) == dies_after:
            os.kill(os.getpid(), signal.SIGKILL)
        saga.commit(wait=20)


if __name__ == "__main__":
    with sagad.Client() as the_client:
        book(the_client, sys.argv[1], [place.split(":") for place in sys.argv[2:]])
