"""Checks page tokens that a standby refuses against the shelves on the primary.

A standby may not have replayed the growth of a shelf on which a genuine token is based. The primary distinguishes such
tokens from forged ones. It receives at most one query per category and second, regardless of the number of tokens.
"""

from collections.abc import Callable, Iterable
from functools import partial

from recommendations.domain.errors import DatabaseUnavailableError, InvalidRequestError
from recommendations.domain.model import Shelf
from recommendations.storage import shelf_queries
from recommendations.storage.connection import DatabaseConnection

MAX_AGE_S = 1.0
MAX_KNOWN = 10_000

NOT_YET = "This replica has not seen the latest change of the shelf yet; try again in a moment."


class PrimaryShelves:
    """Judges tokens that a standby refuses. Belongs to one event loop."""

    def __init__(
        self, primary: DatabaseConnection | None, standby: DatabaseConnection, clock: Callable[[], float]
    ) -> None:
        """Create an empty cache.

        Args:
            primary: a connection to the primary, if the address names it.
            standby: the connection that read the shelf of a refused token.
            clock: returns monotonic seconds, such as `time.monotonic`.
        """
        self._primary = primary
        self._standby = standby
        self._clock = clock
        self._known: dict[int, tuple[float, Shelf | None]] = {}

    async def judge(
        self, refusal: InvalidRequestError, category_ids: Iterable[int], check: Callable[[list[Shelf]], object]
    ) -> InvalidRequestError | DatabaseUnavailableError:
        """Return the error to raise for a token that a server has refused.

        Args:
            refusal: the server's error, returned unless the server is a standby and the primary accepts the token.
            category_ids: the categories of the token.
            check: raises InvalidRequestError if the token cannot belong to these shelves.
        """
        if self._primary is None or not self._standby.is_on_standby:
            return refusal
        shelves = await self._shelves(list(category_ids))
        try:
            check(shelves)
        except InvalidRequestError:
            return refusal
        return DatabaseUnavailableError(NOT_YET)

    async def _shelves(self, category_ids: list[int]) -> list[Shelf]:
        now_s = self._clock()
        missing = [each for each in category_ids if self._known.get(each, (0.0, None))[0] <= now_s]
        if missing and self._primary is not None:
            if len(self._known) + len(missing) > MAX_KNOWN:
                self._known.clear()
            read = await self._primary.run(partial(shelf_queries.shelves_with_ids, category_ids=missing))
            by_id = {shelf.id: shelf for shelf in read}
            self._known |= {each: (now_s + MAX_AGE_S, by_id.get(each)) for each in missing}
        known = [self._known.get(each, (0.0, None))[1] for each in category_ids]
        return [shelf for shelf in known if shelf is not None]
