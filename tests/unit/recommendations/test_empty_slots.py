"""The line about empty slots."""

import logging

import pytest

from recommendations.telemetry.empty_slots import EVERY_S, EmptySlots


def test_a_line_a_minute_tells_what_share_of_the_places_was_empty(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    slots = EmptySlots(lambda: now)
    with caplog.at_level(logging.INFO, "recommendations.slots"):
        slots.note(10, 0)
        now = EVERY_S - 1
        slots.note(20, 3)
        assert not caplog.messages
        now = EVERY_S
        slots.note(10, 3)
        slots.note(10, 10)
    assert caplog.messages == ["15.0 % of the 40 places that draws looked at were empty"]


def test_places_are_counted_anew_after_each_line(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    slots = EmptySlots(lambda: now)
    with caplog.at_level(logging.INFO, "recommendations.slots"):
        for minute in (1, 2):
            now = minute * EVERY_S
            slots.note(4, minute)
    assert caplog.messages == [
        "25.0 % of the 4 places that draws looked at were empty",
        "50.0 % of the 4 places that draws looked at were empty",
    ]
