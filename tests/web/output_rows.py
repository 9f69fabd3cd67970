"""A resolver with a zone and lists, a name kept back, a secondary that is behind and one that is not."""

from datetime import datetime, timedelta

from comity.store.block_outputs import OutputWanted, declare_outputs
from comity.store.models import BlockChange, BlockedName, BlockOutput
from comity.store.subscribers import add_subscriber
from comity.store.zone_asked import note_asked


def fill_outputs(noon: datetime) -> None:
    """Make the rows."""
    subscriber = add_subscriber(
        "resolver-demo", name="Demo resolver of a university", kind="resolver", ceiling="TLP:GREEN",
        clause="agreement-1 §2", actor="supervisor", at=noon,
    )  # fmt: skip
    declare_outputs(
        subscriber.pk,
        [
            OutputWanted(subscriber_pk=subscriber.pk),
            OutputWanted(subscriber_pk=subscriber.pk, origin="rpz.example.ru", action="nxdomain"),
            OutputWanted(subscriber_pk=subscriber.pk, origin="hot.rpz.example.ru", action="nxdomain", is_hot=True),
        ],
    )
    BlockOutput.objects.update(serial=1_795_000_000, journal_from=1_794_999_000, names=12_345, changed_at=noon)
    zone = BlockOutput.objects.get(origin="rpz.example.ru")
    BlockChange.objects.create(output=zone, serial=zone.serial, registrable="demo-bank.ru", change="add", at=noon)
    earlier = noon - timedelta(hours=3)
    note_asked(zone.pk, "192.0.2.7", key="resolver-1", serial=zone.serial, how="ixfr", at=noon)
    note_asked(zone.pk, "2001:db8::7", key="", serial=zone.journal_from, how="axfr", at=earlier)
    BlockedName.objects.create(
        subscriber_id=subscriber.pk, subject="00000000-0000-4000-8000-00000000dddd", registrable="com.ru",
        category="phishing", tlp="TLP:GREEN", clause="agreement-1 §2", since=noon, is_hot=False, withheld="suffix",
    )  # fmt: skip
