"""Whether draws stay whole and uniform beside two writers: the check of the test suite, for longer."""

from benchmarks import processes
from benchmarks.comparison import table
from benchmarks.environment import Stage

TABLES = ("concurrent_writers",)

TESTS = "tests/uniformity/test_draws_beside_writers.py"
TIMEOUT_S = 600.0


def run(stage: Stage) -> dict[str, str]:
    """Run the check and return what it proved as a table by its name; raise BenchmarkError if it failed."""
    seconds = f"{stage.scale.churn_s:g}"
    environ = {"BOOKSTALL_CHURN_S": seconds, "TEST_DATABASE_URL": stage.server_url}
    processes.run("concurrent_writers", ["pytest", "-q", "-p", "no:cacheprovider", TESTS], TIMEOUT_S, environ)
    claims = ("no short answer, no book twice, no deadlock", "uniform over the books that were there all the time")
    rows = [[f"{claim}, over {seconds} s", "holds"] for claim in claims]
    rows.append(["books behind a random position instead", "rejected"])
    return {"concurrent_writers": table(["draws beside two writers", ""], rows)}
