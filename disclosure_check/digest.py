"""The digest of what is kept or compared, without OpenSSL, which `hashlib` loads in milliseconds; the standard library's `random` does so, too."""

from __future__ import annotations

try:
    from _blake2 import blake2b
except ImportError:  # of another Python
    from hashlib import blake2b

__all__ = ["blake2b"]
