"""Authority profiles: what is known is acted by, what is not known is not guessed, and a node may know better."""

from datetime import date
from pathlib import Path

import pytest

import comity.edges
from comity.core.authority import CELLS, assumed_for_hold, offers, unknown_for_hold
from comity.core.errors import InputError, SettingError
from comity.core.parties import ZONES
from comity.edges.authority_profiles import find_profile, load_profiles
from comity.edges.home import Home, NodeSettings
from comity.wire.authority_toml import MAX_BYTES, parse_profiles

OWN = (Path(comity.edges.__file__).parent / "authority" / "profiles.toml").read_bytes()
PROFILES = {zone: profile for profile in parse_profiles(OWN) for zone in profile.zones}
TODAY = date(2026, 11, 23)


def test_every_zone_of_a_known_party_has_a_profile() -> None:
    assert set(PROFILES) == set(ZONES)
    for profile in PROFILES.values():
        assert set(profile.cells) == set(CELLS)


def test_established_is_only_what_the_field_established() -> None:
    for zone in ("ru", "by", "su", "moscow"):
        assert PROFILES[zone].cell("hold-statuses").mark != "established", zone
    assert PROFILES["cn"].cell("hold-statuses").mark == "established"
    assert PROFILES["cn"].hold_statuses == ("serverHold", "serverUpdateProhibited", "serverTransferProhibited")
    assert {cell.mark for cell in PROFILES["su"].cells.values()} <= {"assumed", "unknown"}
    assert {cell.mark for cell in PROFILES["moscow"].cells.values()} <= {"assumed", "unknown"}
    assert PROFILES["vn"].cell("identity-days").words == ("30",)


def test_a_rule_is_in_force_from_a_day_and_until_a_day() -> None:
    old = PROFILES["ru"].basis(date(2026, 8, 31))
    new = PROFILES["ru"].basis(date(2026, 9, 1))
    assert old is not None
    assert new is not None
    assert (old.mark, new.mark) == ("established", "assumed")
    assert "5.7" in old.name
    assert PROFILES["cn"].basis(date(2022, 7, 11)) is None


@pytest.mark.parametrize(
    ("zone", "state", "ours", "offered"),
    [
        ("by", "confirmed", True, ("notice", "hold")),
        ("by", "hold_proposed", True, ("hold",)),
        ("by", "on_hold", True, ("restore",)),
        ("by", "closed", True, ()),
        ("by", "confirmed", False, ("request-consideration",)),
        ("vn", "confirmed", True, ("request-consideration",)),
        ("moscow", "confirmed", True, ("request-consideration",)),
        ("cn", "notified", True, ("hold",)),
    ],
)
def test_what_is_offered_follows_from_what_is_known(
    zone: str, state: str, ours: bool, offered: tuple[str, ...]
) -> None:
    assert offers(PROFILES[zone], state, ours=ours, on=TODAY) == offered


def test_what_is_unknown_and_what_is_assumed_is_named() -> None:
    assert unknown_for_hold(None, on=TODAY) == ("undelegates", "hold-statuses", "basis")
    assert unknown_for_hold(PROFILES["moscow"], on=TODAY) == ("hold-statuses", "basis")
    assert unknown_for_hold(PROFILES["ru"], on=TODAY) == ()
    assert assumed_for_hold(PROFILES["ru"], on=TODAY) == ("hold-statuses", "basis")
    assert assumed_for_hold(PROFILES["cn"], on=TODAY) == ()


def node_with(directory: Path, text: str) -> Home:
    (directory / "authority.toml").write_text(text, encoding="utf-8")
    return Home(directory, NodeSettings(party="vnnic.vn", zones=("vn",), secret_key="s"))


def test_a_node_says_what_it_knows_better(tmp_path: Path) -> None:
    home = node_with(
        tmp_path,
        '[profile.vn.cells]\nhold-statuses = { mark = "established", words = ["serverHold"], source = "VNNIC" }\n',
    )
    profile = find_profile(home, "vn")
    assert profile is not None
    assert offers(profile, "confirmed", ours=True, on=TODAY) == ("notice", "hold")
    assert profile.cell("identity-days").words == ("30",)  # what it does not say stays
    assert len(load_profiles(home)) == len(parse_profiles(OWN))
    assert find_profile(home, "com") is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[profile", "Expected"),
        ('[profile.vn]\ncolour = "red"\n', "colour"),
        ('[profile.vn.cells]\nno-such-cell = { mark = "unknown" }\n', "no such cell"),
        ('[profile.vn.cells]\nrestore = { mark = "assumed", words = ["magic"], source = "s" }\n', "no such word"),
        ('[profile.vn.cells]\nrestore = { mark = "assumed", words = ["decision"] }\n', "nothing of its source"),
        ('[profile.vn.cells]\nrestore = { mark = "unknown", words = ["decision"] }\n', "says something"),
        (
            '[profile.vn.cells]\nidentity-days = { mark = "assumed", words = ["soon"], source = "s" }\n',
            "number of days",
        ),
        (
            '[profile.vn.cells]\nhold-statuses = { mark = "assumed", words = ["clientHold"], source = "s" }\n',
            "cannot set",
        ),
        ('[profile.vn.cells]\nhold-statuses = { mark = "assumed", words = ["ok"], source = "s" }\n', "cannot set"),
        (
            (
                "[profile.vn.cells]\n"
                'hold-statuses = { mark = "assumed", words = ["serverDeleteProhibited"], source = "s" }\n'
            ),
            "out of the zone",
        ),
        ('[profile.x]\nzones = ["vn"]\n', "in two profiles"),
        ('[profile.x]\nzones = ["com"]\n', "no zone of a known party"),
        ("[profile.x]\n", "names no zone"),
        ("[profile.vn]\nhold-days = 0\n", "hold-days"),
        ("[profile.vn]\nhold-days = 2\nwarn-days = 2\n", "hold-days"),
    ],
)
def test_what_is_wrong_with_a_nodes_file_is_told(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(SettingError, match=why):
        load_profiles(node_with(tmp_path, text))


def test_a_file_that_is_too_long_is_not_read() -> None:
    with pytest.raises(InputError):
        parse_profiles(b"#" * (MAX_BYTES + 1))
    with pytest.raises(InputError):
        parse_profiles(b"\xff")
