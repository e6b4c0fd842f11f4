"""What every request brings to its view: the application's recommender, and the time it may take."""

from typing import cast

from flask import Flask, current_app, g

from marketplace.client.deadline import Budget
from marketplace.client.recommendations_client import Recommender

_PAGE_BUDGET_S = 2.0


def prepare(app: Flask, recommender: Recommender) -> None:
    """Give every request to the application this recommender, and a budget that runs from its beginning."""
    app.extensions["recommender"] = recommender

    @app.before_request
    def start_budget() -> None:
        g.budget = Budget(_PAGE_BUDGET_S)


def recommender() -> Recommender:
    """Return the recommender that the application was made with."""
    return cast("Recommender", current_app.extensions["recommender"])


def budget() -> Budget:
    """Return what is left of the time that this request may take, 2 seconds at its beginning."""
    return cast("Budget", g.budget)
