"""The record of runs: every event on disk before it is shown.

`codec` turns events into JSON objects and back, `file` keeps one journal,
`store` keeps all runs, `locks` keeps two processes from going on with the same
run. The format is described in docs/journal.md.
"""
