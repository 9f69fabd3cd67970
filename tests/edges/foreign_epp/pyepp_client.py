"""pyepp (PyPI) against the simulated registry: log in, look, hold, look, take off, log out."""

import sys

from pyepp import Domain, EppCommunicator

port, tls, name = sys.argv[1:]
epp = EppCommunicator("localhost", port, f"{tls}/node.pem", f"{tls}/node.key")
epp.connect()
print(int(epp.login("registry", "own-secret").code))
domain = Domain(epp)


def look() -> None:
    answer = domain.info(name)
    print(int(answer.code), answer.result_data.status)


look()
print(int(domain.update(name, add_statuses=[("serverHold", "phishing")]).code))
look()
print(int(domain.update(name, add_statuses=[("clientHold", "not ours")]).code))
print(int(domain.update(name, remove_statuses=["serverHold"]).code))
look()
print(int(domain.info("none-such-demo.by").code))
epp.logout()
