"""Checks that draws stay complete and uniform beside two writers: the test suite's check, for longer."""

from benchmarks import processes
from benchmarks.comparison import table
from benchmarks.environment import Environment

TABLES = ("concurrent_writers",)

TESTS = "tests/uniformity/test_draws_beside_writers.py"
TIMEOUT_S = 600.0


def run(environment: Environment) -> dict[str, str]:
    """Run the check and return the table by its name; raise BenchmarkError if it fails."""
    seconds = f"{environment.scale.churn_s:g}"
    environ = {"BOOKSTALL_CHURN_S": seconds, "TEST_DATABASE_URL": environment.server_url}
    processes.run("concurrent_writers", ["pytest", "-q", "-p", "no:cacheprovider", TESTS], TIMEOUT_S, environ)
    claims = ("no short answer, no book twice, no deadlock", "uniform over the books that were present throughout")
    rows = [[f"{claim}, over {seconds} s", "holds"] for claim in claims]
    rows.append(["control: the book after each random position", "rejected"])
    return {"concurrent_writers": table(["draws beside two writers", ""], rows)}
