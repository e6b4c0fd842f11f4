import os
from pathlib import Path

import pytest

from marketplace.config import Settings, SettingsError, default_workers, from_environment

NAMES = (
    "RECOMMENDATIONS_TARGET",
    "MARKETPLACE_LISTEN",
    "MARKETPLACE_WORKERS",
    "MARKETPLACE_THREADS",
    "MARKETPLACE_TRUSTED_HOSTS",
    "MARKETPLACE_PUBLIC_URL",
    "MARKETPLACE_COVER_HOSTS",
    "MARKETPLACE_LOG_FORMAT",
)


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def test_nothing_needs_to_be_set() -> None:
    assert from_environment() == Settings("127.0.0.1:50051", "127.0.0.1", 5000, default_workers(), 64, (), "", ())


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system pins no process to cores")
def test_there_are_as_many_workers_as_usable_cores() -> None:
    usable = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(usable)})
        assert from_environment().workers == 1
    finally:
        os.sched_setaffinity(0, usable)
    assert from_environment().workers == min(4, len(usable))


def test_reads_every_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    values = (
        "dns:///books:1",
        "[::1]:80",
        "2",
        "8",
        "shop.example,.books.example",
        "https://Shop.example:8443/",
        "Covers.example, 127.0.0.1:8000",
        "json",
    )
    for name, value in zip(NAMES, values, strict=True):
        monkeypatch.setenv(name, value)

    assert from_environment() == Settings(
        recommendations_target="dns:///books:1",
        listen_host="::1",
        listen_port=80,
        workers=2,
        threads=8,
        trusted_hosts=("shop.example", ".books.example"),
        public_url="https://shop.example:8443",
        cover_hosts=("covers.example", "127.0.0.1:8000"),
        log_format="json",
    )


def test_no_trusted_host_is_the_same_as_an_empty_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARKETPLACE_TRUSTED_HOSTS", "")

    assert from_environment().trusted_hosts == ()


def test_lists_all_errors_one_per_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECOMMENDATIONS_TARGET", "books")
    monkeypatch.setenv("MARKETPLACE_LISTEN", "127.0.0.1:70000")
    monkeypatch.setenv("MARKETPLACE_WORKERS", "many")
    monkeypatch.setenv("MARKETPLACE_THREADS", "0")
    monkeypatch.setenv("MARKETPLACE_PUBLIC_URL", "shop.example")
    monkeypatch.setenv("MARKETPLACE_COVER_HOSTS", "*.example,covers.example,a b")
    monkeypatch.setenv("MARKETPLACE_LOG_FORMAT", "xml")

    with pytest.raises(SettingsError) as caught:
        from_environment()

    wrong = [name for name in NAMES if name != "MARKETPLACE_TRUSTED_HOSTS"]
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == wrong
    assert "not '*.example', 'a b'" in str(caught.value)
    assert "'127.0.0.1:70000'" in str(caught.value)


@pytest.mark.parametrize(
    "target", ["recommendations:50051", "[::1]:50051", "unix:/run/books", "ipv4:10.0.0.1:1,10.0.0.2:1"]
)
def test_takes_every_target_that_grpc_knows(monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    monkeypatch.setenv("RECOMMENDATIONS_TARGET", target)

    assert from_environment().recommendations_target == target


@pytest.mark.parametrize("address", ["", "localhost", "localhost:", ":5000", "localhost:0", "::1:5000", "a b:1", "h:٣"])
def test_refuses_an_invalid_address(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("MARKETPLACE_LISTEN", address)

    with pytest.raises(SettingsError, match="MARKETPLACE_LISTEN: must be host:port"):
        from_environment()


@pytest.mark.parametrize(
    "url",
    [
        "shop.example",
        "ftp://shop.example",
        "https://",
        "https://shop.example/books",
        "https://me@shop.example",
        "//shop",
    ],
)
def test_refuses_a_public_address_that_is_more_or_less_than_scheme_and_host(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("MARKETPLACE_PUBLIC_URL", url)

    with pytest.raises(SettingsError, match="MARKETPLACE_PUBLIC_URL: must be http"):
        from_environment()


@pytest.mark.parametrize(
    "host",
    [
        "*",
        "*.example",
        "https://covers.example",
        "covers.example/",
        "covers.example:0",
        "covers.example:70000",
        "covers.example;script-src",
        "'self'",
        "a..b",
        "-a.example",
        "caf\u00e9.example",
        "[::1]",
        "a" * 64,
    ],
)
def test_refuses_what_is_no_host_of_covers(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("MARKETPLACE_COVER_HOSTS", host)

    with pytest.raises(SettingsError, match="MARKETPLACE_COVER_HOSTS: must be host names"):
        from_environment()


def test_tls_needs_all_three_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARKETPLACE_TLS_CERT", "/tls/cert.pem")

    with pytest.raises(SettingsError, match="must be set together"):
        from_environment()


def test_tls_files_are_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CERT", "KEY", "CA"):
        monkeypatch.setenv(f"MARKETPLACE_TLS_{name}", f"/tls/{name}.pem")

    settings = from_environment()

    files = (settings.tls_cert, settings.tls_key, settings.tls_ca)
    assert files == (Path("/tls/CERT.pem"), Path("/tls/KEY.pem"), Path("/tls/CA.pem"))
