"""Student code runs here, in a process of its own, and is spoken to through frames of plain data.

`wire` is the language; `warm`, `worker`, `shell` and `limits` run on the untrusted side; `session` and
`submission` are the trusted side's ends of it.
"""
