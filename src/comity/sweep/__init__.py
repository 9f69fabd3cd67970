"""Whole zones as columns: what was reported, what looks like a protected name, what changed, what belongs together.

Everything over names is one function: a partition of names (a Polars frame) and small tables that every worker holds
→ findings (a frame).  `comity.sweep.partition` is that function, `comity.sweep.engines` are who runs it over many
partitions; the room knows neither a framework nor a node's store.  A zone read halfway is never a zone: what is
incomplete is refused before anything is replaced.
"""
