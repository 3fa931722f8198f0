"""storm_net - a network between peers and sagad that delivers some messages twice and some late.

    with Net(world.wire, chance) as net:
        net.endpoint        for participants and clients

Each peer has a connection of its own to sagad, so sagad sees as many peers as there are. What is
late is overtaken by what comes behind. A connection that was quiet for long is closed: its peer is
dead, or gets a new one with its next message."""
import heapq
import itertools
import threading
import time

import zmq

TWICE, LATE, LATEST = 0.1, 0.1, 0.3  # parts of all messages; seconds
QUIET = 60  # seconds


class Net(threading.Thread):
    def __init__(self, wire, chance):
        super().__init__(daemon=True)
        self.wire, self.chance = wire, chance
        self.context = zmq.Context()
        self.front = self.socket(zmq.ROUTER)
        port = self.front.bind_to_random_port("tcp://127.0.0.1")
        self.endpoint = f"tcp://127.0.0.1:{port}"
        self.backs, self.used = {}, {}  # by the peer's identity
        self.poller = zmq.Poller()
        self.poller.register(self.front, zmq.POLLIN)
        self.late, self.order = [], itertools.count()
        self.over = threading.Event()
        self.twice = self.delayed = 0

    def socket(self, kind):
        socket = self.context.socket(kind)
        socket.linger = 0
        return socket

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()
        self.context.destroy(linger=0)

    def back(self, peer):
        self.used[peer] = time.monotonic()
        if peer not in self.backs:
            self.backs[peer] = self.socket(zmq.DEALER)
            self.backs[peer].connect(self.wire)
            self.poller.register(self.backs[peer], zmq.POLLIN)
        return self.backs[peer]

    def deliver(self, peer, frames, is_up):
        if is_up:
            self.back(peer).send_multipart(frames)
        else:
            self.front.send_multipart([peer, *frames])  # dropped when the peer is gone

    def take(self, peer, frames, is_up):
        """A message is delivered at once, late, or both."""
        is_twice = self.chance.random() < TWICE
        is_late = self.chance.random() < LATE
        if is_twice or not is_late:
            self.deliver(peer, frames, is_up)
        if is_twice or is_late:
            due = time.monotonic() + self.chance.uniform(0, LATEST)
            heapq.heappush(self.late, (due, next(self.order), peer, frames, is_up))
        self.twice += is_twice
        self.delayed += is_late and not is_twice

    def close_the_quiet(self):
        oldest = time.monotonic() - QUIET
        for peer in [peer for peer, used in self.used.items() if used < oldest]:
            del self.used[peer]
            socket = self.backs.pop(peer)
            self.poller.unregister(socket)
            socket.close()

    def run(self):
        while not self.over.is_set():
            left = max(0, self.late[0][0] - time.monotonic()) if self.late else 1
            ready = dict(self.poller.poll(1000 * min(left, 0.1)))
            if self.front in ready:
                peer, *frames = self.front.recv_multipart()
                self.take(peer, frames, is_up=True)
            for peer, socket in list(self.backs.items()):
                if socket in ready:
                    self.take(peer, socket.recv_multipart(), is_up=False)
            while self.late and self.late[0][0] <= time.monotonic():
                self.deliver(*heapq.heappop(self.late)[2:])
            self.close_the_quiet()
