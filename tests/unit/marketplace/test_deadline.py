from marketplace.client.deadline import Deadline


def test_a_deadline_runs_from_its_start_and_never_below_zero() -> None:
    now = 100.0
    deadline = Deadline(2.0, clock=lambda: now)

    now = 101.5
    assert deadline.remaining_s() == 0.5
    now = 103.0
    assert deadline.remaining_s() == 0.0
