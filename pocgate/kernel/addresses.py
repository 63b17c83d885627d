"""Which addresses this installation may call: public ones, and those of networks that the operator named."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# RFC 6052, section 2.1: the IPv4 address is in the last 32 bits.
_NAT64 = IPv6Network("64:ff9b::/96")
# RFC 4291, section 2.4: what is assigned as global unicast. Blocks outside, such as the old site-local fec0::/10, are
# reserved or local, though Python calls some of them global.
_GLOBAL_IPV6 = IPv6Network("2000::/3")
# Inside it, but for no host of the internet: protocol assignments with Teredo, ORCHID and benchmarks (RFC 2928), and
# the two blocks of documentation (RFC 3849, RFC 9637).
_SPECIAL_IPV6 = (IPv6Network("2001::/23"), IPv6Network("2001:db8::/32"), IPv6Network("3fff::/20"))
# Public by number, but answered inside clouds: the wire server of Azure's machines, and (RFC 6890, which not every
# Python has whole) protocol assignments, where Oracle's metadata are.
_INSIDE_CLOUDS = (IPv4Network("168.63.129.16/32"), IPv4Network("192.0.0.0/24"))


def is_callable(text: str, allowed: Iterable[Network]) -> bool:
    """Whether an address, as a resolver gives it, may be called.

    Private, loopback, link-local (with the metadata services of clouds), multicast, shared and reserved addresses may
    not, neither inside IPv6 that carries IPv4, unless one of the allowed networks holds them.
    """
    address = ip_address(text.partition("%")[0])
    carried = list(_carried(address))
    if any(form in network for form in (address, *carried) for network in allowed if form.version == network.version):
        return True
    return all(_is_public(form) for form in carried or [address])


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and not _is_global_unicast(address):
        return False
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_unspecified
        and not any(address in network for network in _INSIDE_CLOUDS)
    )


def _is_global_unicast(address: IPv6Address) -> bool:
    return address in _GLOBAL_IPV6 and not any(address in block for block in _SPECIAL_IPV6)


def _carried(address: Address) -> Iterable[Address]:
    """IPv4 addresses inside an IPv6 address: mapped, 6to4, NAT64."""
    if isinstance(address, IPv4Address):
        return
    if address.ipv4_mapped:
        yield address.ipv4_mapped
    if address.sixtofour:
        yield address.sixtofour
    if address in _NAT64:
        yield IPv4Address(int(address) & 0xFFFFFFFF)
