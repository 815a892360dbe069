"""An event loop on a thread, for proxies that tests use from outside."""

import asyncio
import threading

_SECONDS = 60


class LoopThread(threading.Thread):
    """Runs an event loop until the block ends."""

    def __init__(self):
        super().__init__(daemon=True)
        self._loop = asyncio.new_event_loop()

    def run(self):
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    def do(self, work):
        """Run a coroutine on the loop and return its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_SECONDS)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.do(_end_tasks())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self.join(_SECONDS)


async def _end_tasks():
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
