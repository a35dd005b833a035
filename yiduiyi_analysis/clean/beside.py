"""One thing worked on while the one before it is made use of."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor


def each(work: Callable, things: Iterable) -> Iterator:
    """Yield what `work` makes of each thing, in their order; another thread has begun with the next.

    Rule:   no more than two are at hand at a time
    Raises: what `work` raises, when it is that thing's turn
    """
    begun = deque()
    with ThreadPoolExecutor(1) as other:
        for thing in things:
            begun.append(other.submit(work, thing))
            if len(begun) > 1:
                yield begun.popleft().result()
        yield from (one.result() for one in begun)
