"""Certificates as the real openssl makes them."""

import os
import socket
import ssl
import subprocess

import pytest

from camerad.errors import StartupError
from camerad.system.certificate import ensure_certificate

ADDRESSES = ["192.0.2.7", "2001:db8::7"]


def shown(certificate):
    command = ["openssl", "x509", "-noout", "-text", "-in", certificate]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificate")
    ensure_certificate(folder / "certificate.pem", folder / "key.pem", ADDRESSES)
    return folder


def test_it_is_for_all_names_of_this_host(made):
    text = shown(made / "certificate.pem")
    host = socket.gethostname()
    for name in (f"DNS:{host}", f"DNS:{host}.local", "DNS:localhost", "IP Address:127.0.0.1"):
        assert name in text
    assert "IP Address:192.0.2.7" in text
    assert "IP Address:2001:DB8:0:0:0:0:0:7" in text


def test_it_is_p256_and_for_servers(made):
    text = shown(made / "certificate.pem")
    for property_ in ("prime256v1", "TLS Web Server Authentication", "CA:FALSE", "SHA256"):
        assert property_.lower() in text.lower()


def test_the_key_is_its_owners_alone(made):
    assert (made / "key.pem").stat().st_mode & 0o777 == 0o600
    assert (made / "certificate.pem").stat().st_mode & 0o077 == 0


def test_the_pair_fits(made):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made / "certificate.pem", made / "key.pem")


def test_nothing_else_is_left(made):
    assert sorted(os.listdir(made)) == ["certificate.pem", "key.pem"]


def test_one_that_is_there_is_kept(tmp_path):
    pair = tmp_path / "certificate.pem", tmp_path / "key.pem"
    for file in pair:
        file.write_text("mine")
    ensure_certificate(*pair, [])
    assert [file.read_text() for file in pair] == ["mine", "mine"]


@pytest.mark.parametrize("missing", ["certificate.pem", "key.pem"])
def test_half_a_pair_is_made_anew(tmp_path, missing):
    pair = tmp_path / "certificate.pem", tmp_path / "key.pem"
    for file in pair:
        file.write_text("mine")
    (tmp_path / missing).unlink()
    ensure_certificate(*pair, [])
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(*pair)


def test_without_openssl_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StartupError, match="--https-port 0"):
        ensure_certificate(tmp_path / "certificate.pem", tmp_path / "key.pem", [])
    assert os.listdir(tmp_path) == []


def test_when_openssl_refuses_it_says_why(tmp_path):
    with pytest.raises(StartupError, match="openssl could not make"):
        ensure_certificate(tmp_path / "certificate.pem", tmp_path / "key.pem", ["no address"])
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("host", ["x" * 64, "my host", "a,DNS:evil.example", "kamera-äöü", ""])
def test_a_strange_host_name_is_no_reason_not_to_start(tmp_path, monkeypatch, host):
    monkeypatch.setattr(socket, "gethostname", lambda: host)
    ensure_certificate(tmp_path / "certificate.pem", tmp_path / "key.pem", [])
    assert "evil" not in shown(tmp_path / "certificate.pem")
