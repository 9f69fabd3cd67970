"""The listener for partners' nodes: mutual TLS 1.3, HTTP/1.1 with bounds on everything, one worker.

    limits        every bound, in one table
    trust         who is let in, and which partner a certificate speaks for; read again when the files change
    stream        a TLS socket that is read and written with deadlines
    budget        octets of bodies in memory, in all and for one partner
    turns         complete requests wait here for the one worker, partner after partner
    crowd         who is connected, and who must make room
    application   a request as WSGI
    conversation  one connection: requests in, answers out
    server        all of it together

Why it is our own: docs/decisions/0007-a-listener-of-our-own.md.
"""
