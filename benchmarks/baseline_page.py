"""The page in front of the baseline server, as tutorials build it: a list of titles, one call per page.

Run by Flask's development server: `BASELINE_PORT=… python -m flask --app benchmarks.baseline_page run`.
"""

import os
from typing import Any

import grpc
from flask import Flask, render_template
from jinja2 import DictLoader

BOOKS = 10
TEMPLATE = """\
<!doctype html>
<html lang="en">
<head>
  <title>Online Books For You</title>
</head>
<body>
  <h1>Mystery books you may like</h1>
  <ul>
    {% for book in recommendations %}
    <li>{{ book.title }}</li>
    {% endfor %}
  </ul>
</body>
</html>
"""

messages: Any
services: Any
messages, services = grpc.protos_and_services("benchmarks/baseline.proto")  # type: ignore[no-untyped-call, unused-ignore]


def create_app() -> Flask:
    """Build the page in front of the baseline at `BASELINE_PORT`."""
    app = Flask(__name__)
    app.jinja_loader = DictLoader({"home.html": TEMPLATE})
    client = services.RecommendationsStub(grpc.insecure_channel(f"127.0.0.1:{os.environ['BASELINE_PORT']}"))

    @app.get("/")
    def home() -> str:
        request = messages.RecommendationRequest(user_id=1, category=messages.MYSTERY, max_results=BOOKS)
        return render_template("home.html", recommendations=client.Recommend(request).recommendations)

    return app
