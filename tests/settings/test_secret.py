import copy
import dataclasses
import json
import pickle

import pytest

from autogpt.settings import Secret


@dataclasses.dataclass(frozen=True)
class Holder:
    key: Secret


def test_a_secret_prints_as_stars_everywhere() -> None:
    secret = Secret("hunter2hunter2")
    holder = Holder(secret)
    shown = (
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret!r:>10}",
        f"{secret:>5}",
        "%s %r" % (secret, secret),  # noqa: UP031
        repr(holder),
        str(dataclasses.asdict(holder)),
        json.dumps({"key": secret}, default=str),
        repr([secret, {secret: secret}]),
    )
    assert not any("hunter2" in text for text in shown)
    assert repr(holder).endswith("(key=***)")
    assert secret.reveal() == "hunter2hunter2"


def test_a_secret_is_not_written_down_by_itself() -> None:
    secret = Secret("hunter2")
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        json.dumps(secret)
    assert not hasattr(secret, "__dict__")


def test_secrets_compare_by_value_and_only_with_secrets() -> None:
    assert Secret("a") == Secret("a")
    assert hash(Secret("a")) == hash(Secret("a"))
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert copy.deepcopy(Secret("a")) == copy.copy(Secret("a")) == Secret("a")
