"""What takes back: serves the compensations, wherever the shop that ordered them is by then."""
import sagad
import world

app = sagad.Participant()


@app.action("shelf.put_back")
def put_back(task):
    world.undo(task.do_key, "taken")


@app.action("psp.refund")
def refund(task):
    world.undo(task.do_key, "charged")


@app.action("carrier.recall")
def recall(task):
    world.undo(task.do_key, "sent")


if __name__ == "__main__":
    app.run()
