"""Whether a host is this machine itself: practice never leaves it (S14)."""

from __future__ import annotations

import ipaddress


def is_loopback(host: str) -> bool:
    """
    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost")
    (True, True, True)
    >>> is_loopback("sftp.socialsecurity.be"), is_loopback("10.0.0.1")
    (False, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
