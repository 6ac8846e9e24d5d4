"""Which addresses are called on behalf of somebody who asked over the network."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.errors import NotDelivered
from tuner.notifying.addresses import connect, is_public

_PRIVATE = ["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.168.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "::1/128", "fe80::/10", "fc00::/7", "fec0::/10",
            "ff00::/8", "2001:db8::/32"]  # fmt: skip


@given(st.sampled_from(_PRIVATE).flatmap(lambda network: st.ip_addresses(network=network)))
def test_none_of_a_private_network_is(address: object) -> None:
    assert not is_public(str(address))


@given(st.sampled_from([each for each in _PRIVATE if "." in each]).flatmap(lambda n: st.ip_addresses(network=n)))
def test_nor_in_the_clothes_of_the_newer_kind(address: object) -> None:
    number = int(address)  # type: ignore[call-overload]
    high, low = f"{number >> 16:x}", f"{number & 0xFFFF:x}"
    for written in (f"::ffff:{address}", f"64:ff9b::{high}:{low}", f"2002:{high}:{low}::1", f"::{address}"):
        assert not is_public(written)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_those_of_the_open_internet_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", ["", "localhost", "0x7f.1", "fe80::1%eth0", "127.1"])
def test_what_is_no_such_address_is_not(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "0x7f000001", "2130706433", "127.1", "0", "::1"])
def test_a_name_is_judged_by_where_it_leads(name: str) -> None:
    with socket.socket() as listens:
        listens.bind(("127.0.0.1", 0))
        listens.listen()
        port = listens.getsockname()[1]
        with pytest.raises(NotDelivered, match="in a private network"):
            connect(name, port, 2.0, anywhere=False)
        if name != "::1":
            connect(name, port, 2.0, anywhere=True).close()
