"""The models' door: every call of a language model goes out through here.

`openai` talks to OpenAI, Azure and compatible servers; `scripted` answers from
a file. Wrappers add the rest, innermost first: `metered` (money and tokens),
`retrying` (patience), `fallback` (a spare when a model is withdrawn).
"""
