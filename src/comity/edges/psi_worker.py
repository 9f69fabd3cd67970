"""The arithmetic of a private set intersection, in a process that knows nothing else (`comity.edges.psi_process`).

    python psi_worker.py FOLDER < job > answer

`openmined.psi` (elliptic curve Diffie-Hellman on P-256) lies in FOLDER, beside a protobuf of its own version, and is
seen by no other process.  A job is one line of JSON and the octets it announces: `task`, `elements` (octets of lines),
`points` and `setup` (octets of points), `key`.  The answer is one line of JSON and octets.  Keys are made here; the key
of an answer never leaves.
"""

import importlib
import json
import sys
from typing import Any, BinaryIO

POINT = 33
_FALSE_POSITIVES = 1e-9  # plays no part: sets are sent whole


def main(folder: str, source: BinaryIO, sink: BinaryIO) -> None:
    """Do one job."""
    sys.path.insert(0, folder)
    psi = importlib.import_module("private_set_intersection.python")
    job = json.loads(source.readline())
    elements = source.read(job["elements"]).decode().split("\n")[:-1]
    points = _split(source.read(job["points"]))
    if job["task"] == "request":
        client = psi.client.CreateWithNewKey(True)
        answer: dict[str, Any] = {"key": client.GetPrivateKeyBytes().hex()}
        octets = b"".join(client.CreateRequest(elements).encrypted_elements)
    elif job["task"] == "answer":
        server = psi.server.CreateWithNewKey(True)
        setup = server.CreateSetupMessage(_FALSE_POSITIVES, len(points), elements, psi.DataStructure.RAW)
        request = psi.Request()
        request.reveal_intersection = True
        request.encrypted_elements.extend(points)
        response = server.ProcessRequest(request)
        octets = b"".join(setup.raw.encrypted_elements)
        answer = {"setup": len(octets)}
        octets += b"".join(response.encrypted_elements)
    else:
        client = psi.client.CreateFromKey(bytes.fromhex(job["key"]), True)
        setup, response = psi.ServerSetup(), psi.Response()
        setup.raw.encrypted_elements.extend(_split(source.read(job["setup"])))
        response.encrypted_elements.extend(points)
        answer, octets = {"places": sorted(client.GetIntersection(setup, response))}, b""
    sink.write(json.dumps({**answer, "octets": len(octets)}).encode() + b"\n" + octets)


def _split(octets: bytes) -> list[bytes]:
    return [octets[start : start + POINT] for start in range(0, len(octets), POINT)]


if __name__ == "__main__":
    main(sys.argv[1], sys.stdin.buffer, sys.stdout.buffer)
