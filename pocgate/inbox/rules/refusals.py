"""What a mail server's refusal of a recipient is about: the address, or the server and whoever sends."""

from __future__ import annotations

import re

# RFC 5321, section 4.2.3: no such mailbox, not local, a name that is not allowed.
OF_MAILBOXES = {550, 551, 553}
ENHANCED = re.compile(r"\s*\d\.\d{1,3}\.\d{1,3}\b")
# RFC 3463, sections 3.2 and 3.3: addresses, and a disabled mailbox. 5.1.7 and 5.1.8 are about the sender's address.
OF_ADDRESSES = re.compile(r"5\.1\.(?![78]$)\d{1,3}|5\.2\.1")
# Servers that give no enhanced code say so in words.
OF_SENDERS = re.compile(r"relay|sender|authenti|block(?:ed|list)|blacklist", re.IGNORECASE)


def is_of_the_address(code: int, said: str) -> bool:
    """Whether a recipient refused in these words can not be reached for good; any other refusal may pass."""
    if code not in OF_MAILBOXES:
        return False
    enhanced = ENHANCED.match(said)
    if enhanced is None:
        return OF_SENDERS.search(said) is None
    return OF_ADDRESSES.fullmatch(enhanced.group().strip()) is not None
