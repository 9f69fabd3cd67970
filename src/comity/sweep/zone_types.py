"""The types of records a zone file may hold, and the form of those that a sweep looks into.

NS and DS make names, the SOA says whose zone it is.  Of all others only that the type is known is asked.
"""

from typing import Final

KNOWN_TYPES: Final = frozenset(  # a table reads better as words than as seventy literals
    """a a6 aaaa afsdb amtrelay apl avc caa cdnskey cds cert cname csync dhcid dlv dname dnskey doa ds eid eui48 eui64
    gid gpos hinfo hip https ipseckey isdn key kx l32 l64 loc lp mb md mf mg minfo mr mx naptr nid nimloc ninfo ns nsap
    nsap-ptr nsec nsec3 nsec3param null nxt openpgpkey ptr px resinfo rkey rp rrsig rt sig sink smimea soa spf srv
    sshfp svcb ta talink tlsa txt uid uinfo unspec uri wallet wks x25 zonemd""".split()  # noqa: SIM905 — as said above
)
UNKNOWN_TYPE: Final = r"^type[0-9]{1,5}$"  # RFC 3597
DS_DATA: Final = r"^[0-9]{1,5}[ \t]+[0-9]{1,3}[ \t]+[0-9]{1,3}[ \t]+[0-9a-f][0-9a-f \t]*$|^\\# "
