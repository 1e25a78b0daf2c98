"""How far a person has read a long text, a screen at a time.

Page is written after page, so that the terminal's own scrolling brings back what went before. How much
fits is asked anew for each page, for windows are resized. Where there is no window that text could
leave, all of it is one page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from autogpt.terminal.approval import Approval
from autogpt.terminal.console import Console
from autogpt.terminal.lines import Line


class Pager:
    """Shows what a person is to approve. `room` says how many rows a page may have now, 0 any number.

    `seen` says that the end of what must be seen was shown, `ended` that nothing is left to show, and
    `turning` that the person turns pages, instead of being at the question.
    """

    def __init__(self, console: Console, approval: Approval, room: Callable[[], int]) -> None:
        self._console = console
        self._approval = approval
        self._room = room
        self._rest: tuple[Line, ...] = ()
        self._change: tuple[Line, ...] = ()
        self._size = 1
        self.seen = False
        self.turning = False

    @property
    def ended(self) -> bool:
        """Whether nothing is left to show."""
        return not self._rest

    @property
    def is_long(self) -> bool:
        """Whether there was more to show than was shown, or than stays on the screen."""
        room = self._room()
        shown = (*self._approval.must, *self._approval.change)
        return self._approval.is_cut or bool(room and self._console.rows(shown, room) > room)

    @property
    def percent(self) -> int:
        """How much was shown."""
        return 100 if self.ended else min(99, 100 - 100 * _size(self._rest) // self._size)

    def begin(self) -> None:
        """Show the first page, and the difference in a file in short once what comes before it was shown."""
        self._start(self._approval.must, self._approval.change)

    def begin_all(self) -> None:
        """Show the first page of all there is."""
        self._start((*self._approval.must, *self._approval.whole_change), ())

    def turn(self) -> None:
        """Show the next page."""
        room = self._room()
        if room and self._console.rows(self._rest, room) > room:
            self._rest = self._console.show_page(self._rest, room)
        else:
            self._console.show((*self._rest, *self._change))
            self._rest, self._change = (), ()
        self.seen = self.seen or self.ended
        self.turning = not self.ended

    def _start(self, lines: Sequence[Line], change: Sequence[Line]) -> None:
        self._rest, self._change = tuple(lines), tuple(change)
        self._size = max(_size(self._rest), 1)
        self.turn()


def _size(lines: Sequence[Line]) -> int:
    return sum(len(each.text) + 1 for each in lines)
