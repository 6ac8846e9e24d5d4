"""Which addresses may be called on behalf of somebody who asked over the network (against SSRF).

Owns: the rule: none of this machine, of its network or of a private one, whichever way it is written. It is asked of
the address that is connected to, so that a name which points elsewhere a moment later gains nothing.
Leaves to others: calling it (webhook).
"""

import socket
import time
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from tuner.errors import NotDelivered

_NAT64 = ip_network("64:ff9b::/96")
_GLOBAL = ip_network("2000::/3")
"""All that is given out of the newer kind; what lies outside is of this machine, of its network, or long given up."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return _is_global(found)
    inner = _inner(found)
    if inner is not None and not _is_global(inner):
        return False
    return (inner is not None and found not in _GLOBAL) or (found in _GLOBAL and _is_global(found))


def connect(host: str, port: int, timeout_s: float, anywhere: bool) -> socket.socket:
    """A connection to the first address of a name that answers. anywhere: private ones may be called, too.

    Raises NotDelivered where none may be called, OSError where none answers.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    allowed = [each for each in found if anywhere or is_public(str(each[4][0]))]
    if not allowed:
        raise NotDelivered(
            f"{host} is in a private network, which a server calls only where it was started with --notify-private"
        )
    error: OSError | None = None
    until = time.monotonic() + timeout_s
    for family, kind, protocol, _, place in allowed:
        made = socket.socket(family, kind, protocol)
        try:
            made.settimeout(max(0.1, until - time.monotonic()))
            made.connect(place)
        except OSError as failed:
            made.close()
            error = failed
        else:
            made.settimeout(timeout_s)
            return made
    raise error or OSError(f"{host} has no address")


def _inner(address: IPv6Address) -> IPv4Address | None:
    """The address of the older kind that one of the newer stands for."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not address.is_multicast
