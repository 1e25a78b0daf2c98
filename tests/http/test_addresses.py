"""Addresses: what is public, and no spelling of what isn't gets past."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as some

from autogpt.core.errors import CommandError
from autogpt.http.addresses import Reach, judged, judged_name, judged_text, literal
from autogpt.http.urls import parse
from tests.http.servers import World


@pytest.mark.parametrize(
    ("address", "reach"),
    [
        ("8.8.8.8", Reach.PUBLIC),
        ("93.184.215.14", Reach.PUBLIC),
        ("2606:4700::1111", Reach.PUBLIC),
        ("2001:4860:4860::8888", Reach.PUBLIC),
        ("64:ff9b::8.8.8.8", Reach.PUBLIC),
        ("::ffff:8.8.8.8", Reach.PUBLIC),
        ("172.32.0.1", Reach.PUBLIC),
        ("100.128.0.1", Reach.PUBLIC),
        ("127.0.0.1", Reach.PRIVATE),
        ("127.255.255.254", Reach.PRIVATE),
        ("0.0.0.0", Reach.PRIVATE),
        ("0.1.2.3", Reach.PRIVATE),
        ("10.0.0.1", Reach.PRIVATE),
        ("172.16.0.1", Reach.PRIVATE),
        ("172.31.255.255", Reach.PRIVATE),
        ("192.168.1.1", Reach.PRIVATE),
        ("100.64.0.1", Reach.PRIVATE),
        ("100.127.255.255", Reach.PRIVATE),
        ("192.0.2.1", Reach.PRIVATE),
        ("198.18.0.1", Reach.PRIVATE),
        ("198.19.255.255", Reach.PRIVATE),
        ("224.0.0.1", Reach.PRIVATE),
        ("255.255.255.255", Reach.PRIVATE),
        ("169.254.169.254", Reach.METADATA),
        ("169.254.170.2", Reach.METADATA),
        ("100.100.100.200", Reach.METADATA),
        ("168.63.129.16", Reach.METADATA),
        ("192.0.0.192", Reach.METADATA),
        ("fd00:ec2::254", Reach.METADATA),
        ("fd20:ce::254", Reach.METADATA),
        ("fe80::1", Reach.METADATA),
        ("::1", Reach.PRIVATE),
        ("::", Reach.PRIVATE),
        ("::127.0.0.1", Reach.PRIVATE),
        ("::8.8.8.8", Reach.PRIVATE),
        ("::ffff:127.0.0.1", Reach.PRIVATE),
        ("::ffff:0:127.0.0.1", Reach.PRIVATE),
        ("::ffff:169.254.169.254", Reach.METADATA),
        ("64:ff9b::127.0.0.1", Reach.PRIVATE),
        ("64:ff9b::169.254.169.254", Reach.METADATA),
        ("64:ff9b:1::8.8.8.8", Reach.PRIVATE),
        ("2002:7f00:1::", Reach.PRIVATE),
        ("2002:808:808::", Reach.PRIVATE),
        ("2001:0:7f00:1::", Reach.PRIVATE),
        ("2001:2::1", Reach.PRIVATE),
        ("2001:db8::1", Reach.PRIVATE),
        ("2606:4700::5efe:7f00:1", Reach.PRIVATE),
        ("fc00::1", Reach.PRIVATE),
        ("fdff::1", Reach.PRIVATE),
        ("fec0::1", Reach.PRIVATE),
        ("ff02::1", Reach.PRIVATE),
        ("5f00::1", Reach.PRIVATE),
    ],
)
def test_where_an_address_leads(address: str, reach: Reach) -> None:
    assert judged(ip_address(address)).reach is reach
    assert judged_text(address).reach is reach


@pytest.mark.parametrize("text", ["", "example.com", "127.1", "fe80::1%eth0", "2606:4700::1%lo", "1.2.3.4.5"])
def test_what_a_resolver_should_not_say_is_not_public(text: str) -> None:
    assert judged_text(text).reach is not Reach.PUBLIC


SPELLINGS_OF_LOOPBACK = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7F.1",
    "0x7f.0x0.0x0.0x1",
    "017700000001",
    "0177.0.0.1",
    "0177.0.0.01",
    "00000177.1",
    "127.0.0.1.",
    "0",
    "0x",
    "0.0.0.0",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::FFFF:7F00:0001]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "１２７.０.０.１",
    "127。0。0。1",
    "①②⑦.⓪.⓪.①",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "LOCALHOST",
    "localhost.",
    "a.b.localhost",
]


@pytest.mark.parametrize("host", SPELLINGS_OF_LOOPBACK)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_this_machine_is_not_reached_however_it_is_spelt(host: str, scheme: str) -> None:
    world = World()
    with pytest.raises(CommandError):
        world.door().get(f"{scheme}://{host}/")
    assert not world.connected
    assert not world.looked_up


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "[::ffff:a9fe:a9fe]",
        "[fd00:ec2::254]",
        "[fe80::a9fe:a9fe]",
        "metadata.google.internal",
        "METADATA.google.internal.",
        "metadata",
        "instance-data.ec2.internal",
    ],
)
def test_metadata_is_not_reached_even_on_an_open_network(host: str) -> None:
    from autogpt.http import Admission

    world = World()
    with pytest.raises(CommandError, match="not reached"):
        world.door(admission=Admission(private_network=True)).get(f"http://{host}/latest/meta-data/")
    assert not world.connected
    assert not world.looked_up


@pytest.mark.parametrize(
    "host",
    [
        "256.1",
        "1.2.3.4.5",
        "0x1g.0x1",
        "08.8.8.8",
        "4294967296",
        "1.2.3.256",
        "[::1%25eth0]",
        "[::1",
        "[1.2.3.4]",
    ],
)
def test_what_is_nearly_an_address_is_not_one(host: str) -> None:
    with pytest.raises(CommandError):
        parse(f"http://{host}/")


@pytest.mark.parametrize(
    ("name", "reach"),
    [
        ("example.com", Reach.PUBLIC),
        ("localhost", Reach.PRIVATE),
        ("intranet", Reach.PRIVATE),
        ("printer.local", Reach.PRIVATE),
        ("db.internal", Reach.PRIVATE),
        ("nas.home.arpa", Reach.PRIVATE),
        ("metadata.google.internal", Reach.METADATA),
    ],
)
def test_names_that_say_where_they_lead(name: str, reach: Reach) -> None:
    assert judged_name(name).reach is reach


# -- any spelling of any private address --------------------------------------------------------

NOT_PUBLIC_V4 = some.one_of(
    some.integers(0x7F000000, 0x7FFFFFFF),
    some.integers(0x0A000000, 0x0AFFFFFF),
    some.integers(0xAC100000, 0xAC1FFFFF),
    some.integers(0xC0A80000, 0xC0A8FFFF),
    some.integers(0xA9FE0000, 0xA9FEFFFF),
    some.integers(0x64400000, 0x647FFFFF),
    some.integers(0xE0000000, 0xFFFFFFFF),
    some.integers(0x00000000, 0x00FFFFFF),
)


@some.composite
def spelt(draw: some.DrawFn) -> str:
    """Some spelling of some IPv4 address that is not public."""
    value = draw(NOT_PUBLIC_V4)
    if draw(some.booleans()):
        around = draw(
            some.sampled_from(
                ["::ffff:{}", "::{}", "64:ff9b::{}", "0:0:0:0:0:ffff:{}", "::ffff:0:{}", "64:ff9b:1::{}"]
            )
        )
        low = draw(some.sampled_from([str(IPv4Address(value)), f"{value >> 16:x}:{value & 0xFFFF:X}"]))
        return f"[{around.format(low)}]"
    parts = draw(some.integers(1, 4))
    bounds = [(value >> 8 * (3 - place)) & 0xFF for place in range(parts - 1)]
    numbers = [*bounds, value & ((1 << 8 * (5 - parts)) - 1)]
    written = []
    for number in numbers:
        zeros = "0" * draw(some.integers(0, 3))
        form = draw(some.sampled_from(["{}", "0x{:x}", "0X{:X}", "oct", "0x0{:x}"]))
        written.append(f"0{zeros}{number:o}" if form == "oct" else form.format(number))
    dot = draw(some.sampled_from([".", "。", "．", "｡"]))
    text = dot.join(written)
    if draw(some.booleans()):
        text = "".join(
            chr(ord(sign) + 0xFEE0) if sign.isascii() and sign.isalnum() else sign for sign in text
        )
    return text + draw(some.sampled_from(["", "."]))


@given(
    host=spelt(),
    scheme=some.sampled_from(["http", "https", "HTTP"]),
    port=some.sampled_from(["", ":80", ":"]),
)
def test_no_spelling_of_a_private_address_passes(host: str, scheme: str, port: str) -> None:
    world = World()
    with pytest.raises(CommandError):
        world.door().get(f"{scheme}://{host}{port}/")
    assert not world.connected
    assert not world.looked_up


@given(some.integers(0, 2**32 - 1))
def test_an_address_and_its_disguises_are_judged_alike(value: int) -> None:
    plain = judged(IPv4Address(value))
    for disguise in (f"::ffff:{IPv4Address(value)}", f"64:ff9b::{IPv4Address(value)}"):
        assert judged(IPv6Address(disguise)) == plain
    for spelling in (f"{value}", f"{value:#x}", f"0{value:o}", str(IPv4Address(value))):
        assert literal(spelling) == IPv4Address(value)


@given(some.ip_addresses())
def test_nothing_is_public_that_python_knows_to_be_private(address: IPv4Address | IPv6Address) -> None:
    if judged(address).reach is Reach.PUBLIC:
        inner = getattr(address, "ipv4_mapped", None) or address
        assert not inner.is_loopback
        assert not inner.is_link_local
        assert not inner.is_multicast
        assert not inner.is_unspecified


@given(some.text(max_size=60))
def test_any_text_is_a_url_or_a_sentence(text: str) -> None:
    for url in (text, f"http://{text}", f"https://{text}/x", f"http://example.com/{text}"):
        try:
            target = parse(url)
        except CommandError:
            continue
        assert target.sent.isascii()
        assert target.sent.isprintable()
        assert " " not in target.sent
        assert parse(target.url) == target
