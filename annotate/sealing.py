"""Numbers of events, sealed: outside no gap between them tells how much others did in a blind review.

The same number gives the same seal, for as long as the secret key stays.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from hashlib import blake2b

SIZE = 8  # bytes, of the number and of what proves it


def seal(number: int, secret: str) -> str:
    """Return 22 characters that hold a number and tell nothing of it."""
    proof = _hash(number.to_bytes(SIZE), secret, b"proof")
    return urlsafe_b64encode(proof + _masked(number.to_bytes(SIZE), proof, secret)).rstrip(b"=").decode()


def unseal(sealed: str, secret: str) -> int | None:
    """Return the number, or None if we have not sealed this."""
    try:
        raw = urlsafe_b64decode(f"{sealed}==".encode("ascii"))
    except (Error, ValueError):
        return None
    proof, masked = raw[:SIZE], raw[SIZE:]
    number = int.from_bytes(_masked(masked, proof, secret)) if len(masked) == SIZE else -1
    return number if number >= 0 and seal(number, secret) == sealed else None


def _hash(what: bytes, secret: str, use: bytes) -> bytes:
    key = blake2b(secret.encode(), digest_size=32).digest()
    return blake2b(what, key=key, person=use, digest_size=SIZE).digest()


def _masked(what: bytes, proof: bytes, secret: str) -> bytes:
    mask = _hash(proof, secret, b"mask")
    return bytes(a ^ b for a, b in zip(what, mask, strict=True))
