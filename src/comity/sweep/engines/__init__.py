"""Who runs the parts of a sweep: processes on this machine (`local`), or a cluster (`spark`).

An engine has `run(tasks, tell)` and does each by one function, `comity.sweep.do_task.sweep_part`.
"""
