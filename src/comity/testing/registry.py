"""A simulated registry: an EPP server as its own process, over real TLS, that stops, dies and lies when it is told
to.

    python -m comity.testing.registry DIR

    DIR/tls/         its certificates; whoever connects shows one of the same authority
    DIR/logins.json  {client: {"password", "role": "registry" | "registrar"}}
    DIR/domains.json {name: {"sponsor", "statuses", "nameservers"}}: what is true, durable before an answer leaves
    DIR/fault        a `Fault` as JSON; the command that meets it takes it (it becomes `struck`)
    DIR/journal      a line for each command: client, verb, name, code, its identifier
    DIR/port         where it listens

Every document in and out is held against `epp.rng` (RFC 5730, 5731).  The rules are those of RFC 5731 and of most
registries: a status `server…` is the registry's own to set, a registrar changes its own names only (2201), an
update lock lets nothing through but its removal (2304).
"""

import os
import signal
import socket
import ssl
import sys
import threading
import time
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from lxml import etree

from comity.core.epp_statuses import may_set, settable
from comity.wire.epp import DOMAIN, EPP, HEADER_BYTES, MAX_FRAME_BYTES, SEC_DNS, frame

SCHEMA: Final = Path(__file__).with_name("epp.rng")
_OBJECTS: Final = (DOMAIN, "urn:ietf:params:xml:ns:contact-1.0", "urn:ietf:params:xml:ns:host-1.0")
_NS: Final = {"e": EPP, "d": DOMAIN}
_MESSAGES: Final = {
    1000: "Command completed successfully", 1300: "Command completed successfully; no messages",
    1500: "Command completed successfully; ending session", 2001: "Command syntax error", 2002: "Command use error",
    2101: "Unimplemented command", 2200: "Authentication error", 2201: "Authorization error",
    2303: "Object does not exist", 2304: "Object status prohibits operation", 2306: "Parameter value policy error",
    2307: "Unimplemented object service", 2400: "Command failed",
}  # fmt: skip

What = Literal["die-before", "die-after", "cut", "duplicate", "malformed", "hang", "drop-before", "drop-after", "fail"]


class Fault(msgspec.Struct, frozen=True):
    """What goes wrong with the next command of a kind: before it is carried out, or after and before its answer."""

    what: What
    verb: str = "update"
    passed: int = 0  # how many such commands go through first
    seconds: float = 0.0


class Login(msgspec.Struct, frozen=True):
    """Who may log in."""

    password: str
    role: Literal["registry", "registrar"]


class Domain(msgspec.Struct):
    """A name as the registry has it."""

    sponsor: str
    statuses: list[str]
    nameservers: list[str]


class Registry:
    """What is true, kept in a directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.lock = threading.Lock()
        self.logins = msgspec.json.decode((directory / "logins.json").read_bytes(), type=dict[str, Login])
        self.schema = etree.RelaxNG(etree.parse(str(SCHEMA)))
        self.passed: dict[str, int] = {}

    def domains(self) -> dict[str, Domain]:
        return msgspec.json.decode((self.directory / "domains.json").read_bytes(), type=dict[str, Domain])

    def keep(self, domains: dict[str, Domain]) -> None:
        part = self.directory / "domains.part"
        with part.open("wb") as opened:
            opened.write(msgspec.json.encode(domains))
            opened.flush()
            os.fsync(opened.fileno())
        part.replace(self.directory / "domains.json")

    def fault(self, verb: str) -> Fault | None:
        """Take the fault, if it is meant for this command."""
        file = self.directory / "fault"
        try:
            found = msgspec.json.decode(file.read_bytes(), type=Fault)
        except FileNotFoundError:
            return None
        if found.verb != verb:
            return None
        self.passed[verb] = self.passed.get(verb, 0) + 1
        if self.passed[verb] <= found.passed:
            return None
        self.passed.clear()
        file.replace(self.directory / "struck")
        return found

    def note(self, *words: str) -> None:
        with (self.directory / "journal").open("a", encoding="utf-8") as journal:
            journal.write(" ".join(word or "-" for word in words) + "\n")


class Session:
    """One connection: greeted, logged in, served."""

    def __init__(self, registry: Registry, connection: ssl.SSLSocket) -> None:
        self.registry = registry
        self.connection = connection
        self.client = ""
        self.number = 0

    def serve(self) -> None:
        self._send(self._greeting())
        while (data := self._receive()) is not None:
            if not self._answer(data):
                return

    def _answer(self, data: bytes) -> bool:
        """Answer one document; False ends the session."""
        try:
            root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError:
            self._send(self._response(2001, ""))
            return True
        if root.find("e:hello", _NS) is not None:
            self._send(self._greeting())
            return True
        cltrid = root.findtext("e:command/e:clTRID", "", _NS)
        if not self.registry.schema.validate(root):
            self.registry.note(self.client, "invalid", "", "2001", cltrid)
            self._send(self._response(2001, cltrid if len(cltrid) > 2 else ""))
            return True
        command = root.find("e:command", _NS)
        verb = etree.QName(command[0]).localname
        name = (command.findtext(f"e:{verb}/d:{verb}/d:name", "", _NS)).strip().lower()
        fault = self.registry.fault(verb)
        if fault is not None and not self._strike_before(fault):
            return False
        with self.registry.lock:
            code, more = (2400, "") if fault and fault.what == "fail" else self._carry_out(verb, name, command)
        self.registry.note(self.client, verb, name, str(code), cltrid)
        answer = self._response(code, cltrid, more)
        if fault is not None and not self._strike_after(fault, answer):
            return False
        self._send(answer)
        return code != 1500

    def _strike_before(self, fault: Fault) -> bool:
        if fault.what == "die-before":
            os.kill(os.getpid(), signal.SIGKILL)
        if fault.what == "hang":
            time.sleep(fault.seconds)
        return fault.what != "drop-before"

    def _strike_after(self, fault: Fault, answer: bytes) -> bool:
        match fault.what:
            case "die-after":
                os.kill(os.getpid(), signal.SIGKILL)
            case "cut":
                self.connection.sendall(frame(answer)[: len(answer) // 2])
                return False
            case "drop-after":
                return False
            case "duplicate":
                self._send(answer)
            case "malformed":
                self.connection.sendall(frame(b"<epp><response>"))
                return False
        return True

    def _carry_out(self, verb: str, name: str, command: Any) -> tuple[int, str]:
        """Do what a command asks; the answer's code and its result data."""
        if verb == "login":
            return self._login(command), ""
        if not self.client:
            return 2002, ""
        if verb == "logout":
            return 1500, ""
        if verb == "poll":
            return 1300, ""
        if verb not in {"info", "update"}:
            return 2101, ""
        if not name:
            return 2307, ""
        domains = self.registry.domains()
        domain = domains.get(name)
        if domain is None:
            return 2303, ""
        if verb == "info":
            return 1000, _info_data(name, domain)
        return self._update(domains, domain, command), ""

    def _login(self, command: Any) -> int:
        client = command.findtext("e:login/e:clID", "", _NS)
        known = self.registry.logins.get(client)
        if self.client:
            return 2002
        if known is None or known.password != command.findtext("e:login/e:pw", "", _NS):
            return 2200
        if not {one.text for one in command.iterfind("e:login/e:svcs/e:objURI", _NS)} <= set(_OBJECTS):
            return 2307
        self.client = client
        return 1000

    def _update(self, domains: dict[str, Domain], domain: Domain, command: Any) -> int:
        role = self.registry.logins[self.client].role
        if role == "registrar" and domain.sponsor != self.client:
            return 2201
        add, remove = (
            {one.get("s", "") for one in command.iterfind(f"e:update/d:update/d:{part}/d:status", _NS)}
            for part in ("add", "rem")
        )
        if not all(may_set(status, role) for status in add | remove):
            return 2306
        there = set(domain.statuses)
        locks = {one for one in there if one.endswith("UpdateProhibited")}
        if locks and (add or not remove <= locks):
            return 2304
        if any(one.startswith("pending") for one in there):
            return 2304
        if add & there or remove - there or not (add or remove):
            return 2306
        left = settable((there | add) - remove) | {one for one in there if one == "inactive"}
        domain.statuses = sorted(left) or ["ok"]
        self.registry.keep(domains)
        return 1000

    def _response(self, code: int, cltrid: str, data: str = "") -> bytes:
        self.number += 1
        shown = f"<clTRID>{cltrid}</clTRID>" if cltrid else ""
        return _document(
            f'<response><result code="{code}"><msg lang="en">{_MESSAGES[code]}</msg></result>'
            + (f"<resData>{data}</resData>" if data else "")
            + f"<trID>{shown}<svTRID>SIM-{os.getpid()}-{self.number}</svTRID></trID></response>"
        )

    def _greeting(self) -> bytes:
        objects = "".join(f"<objURI>{uri}</objURI>" for uri in _OBJECTS)
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        return _document(
            f"<greeting><svID>Simulated registry</svID><svDate>{now}</svDate><svcMenu><version>1.0</version>"
            f"<lang>en</lang>{objects}<svcExtension><extURI>{SEC_DNS}</extURI></svcExtension></svcMenu>"
            "<dcp><access><none/></access><statement><purpose><prov/></purpose><recipient><ours/></recipient>"
            "<retention><stated/></retention></statement></dcp></greeting>"
        )

    def _send(self, document: bytes) -> None:
        self.registry.schema.assertValid(etree.fromstring(document))
        self.connection.sendall(frame(document))

    def _receive(self) -> bytes | None:
        header = self._read(HEADER_BYTES)
        if header is None:
            return None
        length = int.from_bytes(header, "big")
        return self._read(length - HEADER_BYTES) if HEADER_BYTES < length <= MAX_FRAME_BYTES else None

    def _read(self, length: int) -> bytes | None:
        data = b""
        while len(data) < length:
            more = self.connection.recv(length - len(data))
            if not more:
                return None
            data += more
        return data


def _info_data(name: str, domain: Domain) -> str:
    statuses = "".join(f'<domain:status s="{status}"/>' for status in domain.statuses)
    hosts = "".join(f"<domain:hostObj>{host}</domain:hostObj>" for host in domain.nameservers)
    delegation = f"<domain:ns>{hosts}</domain:ns>" if hosts else ""
    return (
        f'<domain:infData xmlns:domain="{DOMAIN}"><domain:name>{name}</domain:name><domain:roid>D1-SIM</domain:roid>'
        f"{statuses}<domain:registrant>HOLDER-1</domain:registrant>"
        f'<domain:contact type="admin">HOLDER-1</domain:contact><domain:contact type="tech">HOLDER-1</domain:contact>'
        f"{delegation}<domain:clID>{domain.sponsor}</domain:clID><domain:crID>{domain.sponsor}</domain:crID>"
        "<domain:crDate>2026-01-01T00:00:00Z</domain:crDate><domain:exDate>2027-01-01T00:00:00Z</domain:exDate>"
        "</domain:infData>"
    )


def _document(body: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><epp xmlns="{EPP}">{body}</epp>'.encode()


def _serve(registry: Registry, context: ssl.SSLContext, plain: socket.socket) -> None:
    try:
        with context.wrap_socket(plain, server_side=True) as connection:
            Session(registry, connection).serve()
    except OSError:
        plain.close()  # whoever it was has gone


def run(directory: Path) -> None:
    """Serve until killed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "tls" / "node.pem", directory / "tls" / "node.key")
    context.load_verify_locations(directory / "tls" / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    registry = Registry(directory)
    with socket.create_server(("127.0.0.1", int((directory / "port").read_text() or 0))) as listener:
        (directory / "port").write_text(str(listener.getsockname()[1]))
        (directory / "ready").touch()
        while True:
            plain, _address = listener.accept()
            threading.Thread(target=_serve, args=(registry, context, plain), daemon=True).start()


if __name__ == "__main__":
    run(Path(sys.argv[1]))
