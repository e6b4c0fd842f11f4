"""The application in front of a stand-in for the recommendations service."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from marketplace.app import create_app
from marketplace.config import Settings
from tests.support.fake_client import FakeClient


class Compiled(BytecodeCache):
    """Compiled templates for all applications of a run: compiling them takes longer than most tests."""

    def __init__(self) -> None:
        self.templates: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.templates:
            bucket.bytecode_from_string(self.templates[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.templates[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def _templates_are_compiled_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": Compiled()})
        yield


@pytest.fixture
def recommendations_client() -> FakeClient:
    return FakeClient()


@pytest.fixture
def settings() -> Settings:
    return Settings("nowhere.invalid:1", "127.0.0.1", 5000, workers=1, threads=1, trusted_hosts=())


@pytest.fixture
def client(settings: Settings, recommendations_client: FakeClient) -> FlaskClient:
    return create_app(settings, recommendations_client).test_client()
