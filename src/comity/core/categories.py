"""The closed list of what a report may be about (DESIGN §2; FIELD C.6 R1, R2).

Adding a category needs a new memorandum format and both signatures.  Content, copyright, trademark, politics and CSAM
are not categories: they cannot be written down, so no case can be made of them.
"""

from typing import Final, Literal, get_args

Category = Literal["phishing", "malware", "botnet-c2", "unauthorized-access", "spam-vector"]

CATEGORIES: Final[tuple[Category, ...]] = get_args(Category)

Severity = Literal["critical", "high", "normal"]

Disposition = Literal["malicious", "compromised", "undetermined"]

DISPOSITIONS: Final[tuple[Disposition, ...]] = get_args(Disposition)
