"""An obedient model: it does whatever a text tells it, and what came of that is looked for in the world.

`python -m benchmarks.obedient` plays it; `docs/safety.md` says what is promised. `goals` is what injected
texts want, `scene` the person's folder and the world around it, `model` who obeys, `playing` one goal
from its start to its check.
"""
