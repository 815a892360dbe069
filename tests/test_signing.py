"""A delivery's signature is what the reference's sample computes."""

import hashlib
import hmac
import json

from statuspool_mock.contract.signing import payload, sign

SECRET = "whsec_a8f3k29d0s1lfj4m7xqwz"


def verify_as_in_the_sample(body: bytes, signature: str, secret: str) -> bool:
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature)


def test_the_samples_receiver_accepts_it_and_nothing_else():
    body = payload(
        delivery_id="evt_1", event="status_change", created_at="2025-01-15T09:42:11Z", data={}
    )
    signature = sign(body, SECRET)
    assert signature == signature.lower()
    assert len(signature) == 64
    assert verify_as_in_the_sample(body, signature, SECRET)
    assert not verify_as_in_the_sample(body + b" ", signature, SECRET)
    assert not verify_as_in_the_sample(body, signature, SECRET + "x")


def test_a_payload_keeps_what_it_was_given_and_is_the_same_bytes_each_time():
    given = {
        "delivery_id": "evt_1",
        "event": "sla_breach",
        "created_at": "2025-01-15T09:42:11Z",
        "data": {"monitor": {"name": "Café — 東京 🚀"}},
    }
    body = payload(**given)
    assert body == payload(**given)
    told = json.loads(body)
    assert list(told) == ["id", "event", "created_at", "data"]
    assert told["data"]["monitor"]["name"] == "Café — 東京 🚀"
    assert "東京".encode() in body
