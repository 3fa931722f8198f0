"""agent GOAL - plans a trip with twenty calls of tools, each of which is a durable step.

What the model says is not the same twice; what it said is: a call that is done answers from
memory, so the second run goes on where the first one died. DIES_AT=N kills it in the middle of the
N-th call, when that has had its effect and nobody knows yet."""
import os
import signal
import sys

import sagad
import tools

TOOLS = ("search", "book", "write", "mail")


def model(seen):
    """The next call, or None when the goal is reached. Stands for a language model: it looks at
    what the calls before have given."""
    number = len(seen)
    if number == 20:
        return None
    after = seen[-1]["did"] if seen else "nothing"
    return {"tool": TOOLS[number % len(TOOLS)], "what": f"call {number + 1} after [{after[:24]}]"}


def work(client, goal):
    dies_at = int(os.environ.get("DIES_AT", "0"))
    with client.saga(goal, name="agent", timeout="1h", reversal_window="1d",
                     input={"goal": goal}) as saga:
        seen = []
        while (wish := model(seen)) is not None:
            number = len(seen) + 1

            def act(step):
                done = tools.call(step)
                if number == dies_at:
                    os.kill(os.getpid(), signal.SIGKILL)
                return done

            seen.append(saga.step(f"call_{number}", act, input=wish, compensate="tools.undo"))


if __name__ == "__main__":
    with sagad.Client() as the_client:
        work(the_client, sys.argv[1])
