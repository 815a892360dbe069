"""What Java gets is a store of authorities, without any key."""

import pytest
from cryptography.hazmat.primitives.serialization import pkcs12

from statuspool_mock.interception import Authority, write_runtime_files
from statuspool_mock.interception.runtime_files import STORE_PASSWORD


@pytest.fixture(scope="module")
def certificate():
    return Authority.made_now().certificate


def test_the_trust_store_has_the_authorities_and_no_key(tmp_path, certificate):
    broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    bundle = tmp_path / "trusted.pem"
    bundle.write_bytes(certificate + broken + certificate)
    files = write_runtime_files(tmp_path, bundle)
    store = pkcs12.load_pkcs12(files.java_store.read_bytes(), STORE_PASSWORD.encode())
    assert (store.key, store.cert, len(store.additional_certs)) == (None, None, 2)
    assert [file.name for file in files.php_folder.iterdir()] == ["statuspool-mock.ini"]
