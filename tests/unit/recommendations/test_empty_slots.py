"""The line about empty slots."""

import logging

import pytest

from recommendations.telemetry.empty_slots import LOG_INTERVAL_S, EmptySlots


def test_logs_the_share_of_empty_slots_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    slots = EmptySlots(lambda: now)
    with caplog.at_level(logging.INFO, "recommendations.slots"):
        slots.note(10, 0)
        now = LOG_INTERVAL_S - 1
        slots.note(20, 3)
        assert not caplog.messages
        now = LOG_INTERVAL_S
        slots.note(10, 3)
        slots.note(10, 10)
    assert caplog.messages == ["15.0 % of the 40 drawn positions were empty"]


def test_counting_restarts_after_each_line(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    slots = EmptySlots(lambda: now)
    with caplog.at_level(logging.INFO, "recommendations.slots"):
        for minute in (1, 2):
            now = minute * LOG_INTERVAL_S
            slots.note(4, minute)
    assert caplog.messages == [
        "25.0 % of the 4 drawn positions were empty",
        "50.0 % of the 4 drawn positions were empty",
    ]
