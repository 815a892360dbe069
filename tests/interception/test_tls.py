"""`serve --tls`: HTTPS that clients can verify, with an authority for one run or a kept one."""

import os
import ssl
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import requests

from statuspool_mock.interception import Authority, AuthorityUnusable
from tests.cli.conftest import called as run
from tests.mock_process import command, serving

KEY = {"Authorization": "Bearer sp_test_demo"}


@pytest.mark.process
def test_https_is_served_and_verifies_under_each_name(tmp_path):
    with serving("--tls", "--tls-ca-dir", str(tmp_path)) as served:
        assert served.url.startswith("https://127.0.0.1:")
        url = f"{served.url}/monitors"
        response = requests.get(url, headers=KEY, verify=served.ca_file, timeout=60)
        assert response.status_code == 200
        trust = ssl.create_default_context(cafile=served.ca_file)
        by_name = url.replace("127.0.0.1", "localhost")
        assert httpx.get(by_name, headers=KEY, verify=trust).status_code == 200


@pytest.mark.process
def test_ctl_drives_a_mock_over_https_where_its_authority_is_trusted():
    with serving("--tls") as served:
        ctl = command("ctl", "clock", "show", "--url", served.control_url)
        environment = {**os.environ, "SSL_CERT_FILE": served.ca_file}
        assert (
            subprocess.run(ctl, env=environment, capture_output=True, check=False).returncode == 0
        )
        assert subprocess.run(ctl, capture_output=True, check=False).returncode != 0


@pytest.mark.process
def test_who_does_not_know_the_authority_does_not_trust_it():
    with serving("--tls") as served, pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{served.url}/monitors", headers=KEY, timeout=60)


@pytest.mark.process
def test_a_kept_authority_is_trusted_over_restarts(tmp_path):
    with serving("--tls-ca-dir", str(tmp_path)) as served:
        ca_file = served.ca_file
        first = (tmp_path / "statuspool-mock-ca.pem").read_bytes()
    with serving("--tls-ca-dir", str(tmp_path)) as served:
        assert served.ca_file == ca_file
        assert requests.get(f"{served.control_url}/docs", verify=ca_file, timeout=60).ok
    assert (tmp_path / "statuspool-mock-ca.pem").read_bytes() == first
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes == {"statuspool-mock-ca.pem": 0o644, "statuspool-mock-ca-key.pem": 0o600}


@pytest.mark.process
def test_an_authority_for_one_run_is_gone_after_it(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with serving("--tls") as served:
        assert requests.get(f"{served.control_url}/docs", verify=served.ca_file, timeout=60).ok
    assert list(tmp_path.iterdir()) == []


def test_servers_that_start_together_keep_one_authority(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(Authority.kept_in, [tmp_path / "ca"] * 8))
    assert len({authority.certificate for authority in made}) == 1
    assert len(list((tmp_path / "ca").iterdir())) == 2


@pytest.mark.process
def test_a_folder_that_cannot_be_written_is_one_clear_line_and_exit_code_2(tmp_path):
    (tmp_path / "file").write_text("in the way")
    done = run("serve", "--port", "0", "--tls-ca-dir", str(tmp_path / "file" / "ca"))
    assert done.returncode == 2
    assert "file/ca: Not a directory. Choose a folder that you can write to." in done.stderr
    assert len(done.stderr.splitlines()) == 1


NO_CERTIFICATE = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize("content", [b"", b"no key", NO_CERTIFICATE])
def test_a_broken_authority_is_said_and_left_alone(tmp_path, content):
    kept = tmp_path / "statuspool-mock-ca-key.pem"
    kept.write_bytes(content)
    with pytest.raises(AuthorityUnusable, match=r"is not a certificate authority\. Remove it"):
        Authority.kept_in(tmp_path)
    assert kept.read_bytes() == content


def test_key_and_certificate_of_different_authorities_are_refused(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        Authority.kept_in(folder)
    name = "statuspool-mock-ca-key.pem"
    key = (one / name).read_bytes().partition(b"-----BEGIN CERTIFICATE")[0]
    (other / name).write_bytes(key + (other / "statuspool-mock-ca.pem").read_bytes())
    with pytest.raises(AuthorityUnusable):
        Authority.kept_in(other)
