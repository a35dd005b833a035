"""One thing worked on while the one before it is made use of."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor


def each(work: Callable, things: Iterable, hands: int = 1) -> Iterator:
    """Yield what `work` makes of each thing, in their order; other threads have begun with the next.

    Rule:   no more than one thing a hand, and one beside, are at hand at a time
    Raises: what `work` raises, when it is that thing's turn
    """
    begun = deque()
    with ThreadPoolExecutor(hands) as others:
        for thing in things:
            begun.append(others.submit(work, thing))
            if len(begun) > hands:
                yield begun.popleft().result()
        yield from (one.result() for one in begun)
