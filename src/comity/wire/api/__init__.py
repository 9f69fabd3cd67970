"""What the HTTP API takes and gives: one struct for each body, answer and query, in a file for each noun.

The server (`comity.api`), the OpenAPI document and the client (`comity.client`) are made from these structs, so none of
them can say anything else than the others.  A member that is not declared is refused with its path.  Times are RFC 3339
in UTC; references are those that people use.
"""
