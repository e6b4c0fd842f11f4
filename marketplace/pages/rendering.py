"""Measures how long templates take."""

import time
from typing import Any

from flask import Flask, before_render_template, g, template_rendered
from jinja2 import Template

from marketplace.telemetry.page_metrics import PageMetrics


def measure(app: Flask, metrics: PageMetrics) -> None:
    """Record the duration of each template that this application renders."""

    def start(_: Flask, **_values: Any) -> None:
        g.rendering_started_s = time.perf_counter()

    def end(_: Flask, template: Template, **_values: Any) -> None:
        metrics.observe_rendering(template.name or "", time.perf_counter() - g.rendering_started_s)

    before_render_template.connect(start, app, weak=False)
    template_rendered.connect(end, app, weak=False)
