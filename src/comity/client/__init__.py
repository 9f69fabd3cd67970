"""A client of a node's HTTP API, for programs in Python: every route as a method, typed by the structs of the server.

    from comity.client.node import Node

    with Node("https://desk.example.by:8443", token="comity_…") as node:
        for page in walk(node.show_cases, CasesQuery(state="received")):
            …

It needs neither Django nor the server's rooms: only `comity.wire`, `comity.core` and the standard library.
"""
