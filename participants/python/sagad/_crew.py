"""Runs handlers: functions on worker threads, `async def` on an event loop.

A job is claimed before its handler begins, so that a job that waits can still be withdrawn; and
whether it may begin is asked then, for this thread may have slept since the task came."""
from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import threading
import traceback
from collections import deque
from queue import SimpleQueue
from typing import Any, Callable, Deque, Dict, List, Optional, Set

from sagad import _results, _trace
from sagad._clock import now
from sagad._ledger import Answer, Attempt, Job
from sagad.outcomes import LATER, error_of
from sagad.task import Task

log = logging.getLogger("sagad")

Handler = Callable[[Task], Any]
PLAIN = {dict, list, str, int, float, bool, tuple, type(None)}  # of outputs that nobody awaits


def is_async(handler: Handler) -> bool:
    return inspect.iscoroutinefunction(handler) \
        or inspect.iscoroutinefunction(getattr(handler, "__call__", None))


class Crew:
    """The threads of one participant while it runs."""

    def __init__(self, handlers: Dict[str, Handler], *, workers: int,
                 why_not: Callable[[Attempt, float], Optional[str]],
                 size_max: Callable[[], int], done: Callable[[Job, Answer], None],
                 beat: Callable[[Job, Any], None],
                 loop: Optional[asyncio.AbstractEventLoop]) -> None:
        self._handlers = {name: (handler, is_async(handler)) for name, handler in handlers.items()}
        self._why_not = why_not
        self._size_max = size_max
        self._done = done
        self._beat = beat
        self._jobs: Deque[Job] = deque()  # for functions, in order
        self._calls: SimpleQueue[None] = SimpleQueue()  # each lets a worker look for jobs
        self._is_ending = False
        self._loop = loop
        self._owns_loop = loop is None
        self._tasks: Set[asyncio.Task[None]] = set()
        self._threads: List[threading.Thread] = [
            threading.Thread(target=self._work, name=f"sagad-worker-{index}", daemon=True)
            for index in range(workers)]
        if loop is None and any(is_it for _, is_it in self._handlers.values()):
            self._start_loop()
        for thread in self._threads:
            thread.start()

    def _start_loop(self) -> None:
        loop = self._loop = asyncio.new_event_loop()
        threading.Thread(target=loop.run_forever, name="sagad-loop", daemon=True).start()

    def start(self, jobs: List[Job]) -> None:
        """Begins jobs as soon as there is somebody to do them. Workers are called, not handed a job
        each: one that is awake takes what there is."""
        for_loop: List[Job] = []
        for job in jobs:
            is_it = self._handlers[job.message["action"]][1] and self._loop is not None
            (for_loop if is_it else self._jobs).append(job)
        if for_loop and self._loop is not None:
            self._loop.call_soon_threadsafe(self._spawn, for_loop)
        for _ in range(min(len(self._jobs), len(self._threads)) - self._calls.qsize()):
            self._calls.put(None)

    def cancel(self, job: Job) -> None:
        """Ends an async handler at its next await; functions ask task.cancelled themselves."""
        stop = job.stop
        if stop is not None:
            stop()

    def end(self, seconds: float) -> bool:
        """Ends the threads; False when a handler still runs after so many seconds. What waits is
        left alone: the coordinator sends it elsewhere."""
        until = now() + seconds
        self._is_ending = True
        for _ in self._threads:
            self._calls.put(None)
        for thread in self._threads:
            thread.join(max(until - now(), 0.0))
        while self._tasks and now() < until:
            threading.Event().wait(0.01)
        if self._owns_loop and self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
        return not self._tasks and not any(thread.is_alive() for thread in self._threads)

    # ---- one job

    def _begin(self, job: Job) -> Optional[Task]:
        """The task to work on; None when it must not begin, which is answered."""
        if not job.claim():
            return None
        why = self._why_not(job.attempt, now())
        if why is not None:
            self._done(job, _results.void(why))
            return None
        return Task(job, self._beat)

    def _returned(self, job: Job, task: Task, output: Any) -> None:
        self._done(job, _results.returned(output, self._size_max(), task._cost))

    def _raised(self, job: Job, task: Task, error: BaseException) -> None:
        """What the error says may be payload: the log has its class and where it was raised."""
        told = error_of(error, rolled_back=task._rolled_back is error)
        places = [f"{frame.filename}:{frame.lineno} {frame.name}"
                  for frame in traceback.extract_tb(error.__traceback__)[1:]]
        level = logging.INFO if told["code"] != type(error).__name__ else logging.ERROR
        log.log(level, "saga=%s step=%s attempt=%s action=%s kind=%s failed code=%s in_doubt=%s at "
                "%s", task.saga, task.step, task.attempt, task.action, task.kind, told["code"],
                told["in_doubt"], " < ".join(reversed(places)))
        self._done(job, _results.failed(told, task._cost))

    def _work(self) -> None:
        while not self._is_ending:
            try:
                job = self._jobs.popleft()
            except IndexError:
                self._calls.get()
                continue
            task = self._begin(job)
            if task is not None:
                self._work_on(job, task)

    def _work_on(self, job: Job, task: Task) -> None:
        try:
            if _trace.PACKAGES is None:
                output = self._call(task)
            else:
                with _trace.attached(task.traceparent, task.tracestate):
                    output = self._call(task)
        except BaseException as error:
            self._raised(job, task, error)
        else:
            self._returned(job, task, output)

    def _call(self, task: Task) -> Any:
        output = self._handlers[task.action][0](task)
        if type(output) in PLAIN or not inspect.isawaitable(output):
            return output
        return self._await(output)

    def _await(self, output: Any) -> Any:
        """A function that returned an awaitable: a partial, a lambda."""
        async def whole() -> Any:
            return await output
        if self._loop is None:
            return asyncio.run(whole())
        return asyncio.run_coroutine_threadsafe(whole(), self._loop).result()

    def _spawn(self, jobs: List[Job]) -> None:
        for job in jobs:
            self._spawn_one(asyncio.get_running_loop(), job)

    def _spawn_one(self, loop: asyncio.AbstractEventLoop, job: Job) -> None:
        spawned = loop.create_task(self._work_async(job))
        self._tasks.add(spawned)
        spawned.add_done_callback(self._tasks.discard)

        def stop() -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(spawned.cancel)
        job.stop = stop

    async def _work_async(self, job: Job) -> None:
        task = self._begin(job)
        if task is None:
            return
        try:
            with _trace.attached(task.traceparent, task.tracestate):
                output = await self._handlers[task.action][0](task)
        except BaseException as error:
            self._raised(job, task, error)
        else:
            self._returned(job, task, output)


def outcome(output: Any) -> Any:
    """What Participant.call() gives for an output: as the saga would see it."""
    from sagad._values import copied
    return output if output is LATER else copied(output, "output")
