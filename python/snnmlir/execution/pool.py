# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Work in parallel, through any `concurrent.futures.Executor`, with results in order."""

from __future__ import annotations

import contextlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any, TypeAlias, TypeVar

from snnmlir.errors import ExecutorError, OptionError, SnnError

Workers: TypeAlias = "Executor | int | None"
"""Who computes: an executor; threads of this process, so many; or None for one on each core."""

_UNKNOWN_WORKERS = 16
"""Workers that an executor is taken to have which does not say."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Here(Executor):
    """Computes at once, in the caller's thread."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
        return future


@contextlib.contextmanager
def executor_for(workers: Workers) -> Iterator[Executor]:
    """The executor that is meant; one that was made here ends with the block.

    Raises:
        OptionError: It is neither an executor nor a number above 0.
    """
    if workers is None:
        workers = cores()
    if isinstance(workers, int) and not isinstance(workers, bool):
        if workers < 1:
            raise OptionError(f"there are {workers} workers, expected 1 or more")
        if workers == 1:
            yield _Here()
            return
        pool = ThreadPoolExecutor(workers, thread_name_prefix="snnmlir")
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)
        return
    if not callable(getattr(workers, "submit", None)):
        raise OptionError(
            f"the executor is a {type(workers).__name__}, expected one of concurrent.futures",
            help="give a number of threads, or an Executor, such as Client(...).get_executor() of "
            "Dask",
        )
    yield _Dask(workers) if hasattr(_client(workers), "nthreads") else workers  # type: ignore[misc]


def _client(executor: Any) -> Any:
    """Dask's client, where the executor is one or has one."""
    return getattr(executor, "_client", executor)


class _Dask(Executor):
    """Asks Dask's client itself.

    Its `ClientExecutor` takes a result, and then asks anew whether there is one. Where a worker is
    lost in between, it reads the result as an error.
    """

    def __init__(self, executor: Any) -> None:
        self._client = _client(executor)
        self._options = getattr(executor, "_kwargs", {})

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return self._client.submit(fn, *args, **self._options, **kwargs)  # type: ignore[no-any-return]


def in_order(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    executor: Executor,
    describe: Callable[[Item], str],
) -> Iterator[Result]:
    """`function` of each item, in the order of the items, of which a few are computed at a time.

    Args:
        function: What goes to the workers; picklable where these are processes.
        items: Read as workers need them, so that there may be more than fit into memory.
        executor: Who computes.
        describe: What messages call an item.

    Raises:
        ExecutorError: An item was not computed, because a worker ended or the item could not be
            sent to it.
        SnnError: What `function` raised.
    """
    most = 1 if isinstance(executor, _Here) else 3 * _workers_of(executor)
    pending: deque[tuple[Item, Future[Result]]] = deque()
    try:
        for item in items:
            pending.append((item, _submitted(function, item, executor, describe)))
            if len(pending) >= most:
                yield _result(*pending.popleft(), describe)
        while pending:
            yield _result(*pending.popleft(), describe)
    finally:
        for _, future in pending:
            future.cancel()


def _workers_of(executor: Executor) -> int:
    """How many an executor has, as far as it says."""
    client = _client(executor)
    if hasattr(client, "nthreads"):
        return max(1, int(sum(client.nthreads().values())))
    for name in ("_max_workers", "num_workers"):  # of concurrent.futures, of mpi4py
        known = getattr(executor, name, None)
        if isinstance(known, int) and known > 0:
            return known
    return _UNKNOWN_WORKERS


def _submitted(
    function: Callable[[Item], Result],
    item: Item,
    executor: Executor,
    describe: Callable[[Item], str],
) -> Future[Result]:
    try:
        return executor.submit(function, item)
    except Exception as error:  # a pool that broke or ended says so here
        raise _lost(describe(item), error) from error


def _result(item: Item, future: Future[Result], describe: Callable[[Item], str]) -> Result:
    try:
        return future.result()
    except SnnError:
        raise
    except Exception as error:
        raise _lost(describe(item), error) from error


def _lost(what: str, error: Exception) -> ExecutorError:
    text = (str(error).strip() or "no reason given").splitlines()[0]
    return ExecutorError(
        f"{what} could not be computed ({type(error).__name__}: {text})",
        help="if a worker ended, look into its log, for example for a lack of memory; what goes to "
        "other processes, metrics too, has to be picklable, and snnmlir installed there",
    )
