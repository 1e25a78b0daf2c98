import pytest

from autogpt.core.messages import Message
from autogpt.models.errors import Fault, ModelFault
from autogpt.models.fallback import Fallback
from autogpt.models.scripted import ScriptedModel
from tests.models.watching import Watching

PROMPT = [Message("user", "hello")]


def test_a_model_that_is_withdrawn_half_way_is_replaced_for_good() -> None:
    watching = Watching()
    first = ScriptedModel(["one", {"error": "no_model"}])
    spare = ScriptedModel(["two", "three"])
    model = Fallback(first, spare, spare_name="gpt-6-luna", watcher=watching)
    assert [model.complete(PROMPT, reply_tokens=10).text for _ in range(3)] == ["one", "two", "three"]
    assert len(watching.waits) == 1
    assert "going on with gpt-6-luna" in watching.waits[0][1]
    first.assert_complete()
    spare.assert_complete()


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.NO_MODEL])
def test_other_faults_are_not_the_spares_business(fault: Fault) -> None:
    spare = ScriptedModel([])
    model = Fallback(ScriptedModel([{"error": fault.name.lower()}]), spare, spare_name="s")
    with pytest.raises(ModelFault):
        model.complete(PROMPT, reply_tokens=10)
    assert spare.calls == []


def test_a_spare_that_is_withdrawn_too_is_told() -> None:
    gone = {"error": "no_model"}
    model = Fallback(ScriptedModel([gone]), ScriptedModel([gone]), spare_name="s")
    with pytest.raises(ModelFault):
        model.complete(PROMPT, reply_tokens=10)
