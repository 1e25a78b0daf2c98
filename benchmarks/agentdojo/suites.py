"""The one place that imports AgentDojo: its suites, its judgement, and its calls as plain values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

VERSION = "v1.2.2"
"""AgentDojo's newest set of tasks: 949 pairs."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a tool."""

    tool: str
    args: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """What AgentDojo says of a world: whether the task was done, and whether the order was followed."""

    utility: bool
    followed: bool


@cache
def suites() -> Mapping[str, Any]:
    """The suites under their names."""
    from agentdojo.task_suite.load_suites import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
        get_suites,
    )

    found: Mapping[str, Any] = get_suites(VERSION)
    return found


@cache
def _attack(suite: str) -> Any:
    from agentdojo.attacks.baseline_attacks import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
        DirectAttack,
    )

    return DirectAttack(suites()[suite], None)


class World:
    """AgentDojo's world for one pair: where its tools work, and what is judged at the end."""

    def __init__(self, suite: str, task: str, order: str) -> None:
        from agentdojo.functions_runtime import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
            FunctionsRuntime,
        )

        self._suite = suites()[suite]
        self._task = self._suite.get_user_task_by_id(task)
        self._order = self._suite.get_injection_task_by_id(order)
        injected = _attack(suite).attack(self._task, self._order)
        self.environment = self._task.init_environment(
            self._suite.load_and_inject_default_environment(injected)
        )
        self._before = self.environment.model_copy(deep=True)
        self._runtime = FunctionsRuntime(self._suite.tools)
        self._calls: list[Any] = []
        self.met_by = letters(str(self._order.GOAL)[:80])
        """What stands in a prompt that holds the injected text, letters and digits alone."""

    @property
    def prompt(self) -> str:
        """The person's task."""
        return str(self._task.PROMPT)

    @property
    def order(self) -> str:
        """Its number in the suite."""
        return str(self._order.ID)

    @property
    def goal(self) -> Any:
        """The order as AgentDojo has it."""
        return self._order

    @property
    def tools(self) -> Sequence[Any]:
        """What the suite's tools are: names, descriptions, pydantic models of their parameters."""
        found: Sequence[Any] = self._suite.tools
        return found

    def task_calls(self) -> list[Call]:
        """The steps that do the person's task."""
        return _calls(self._task.ground_truth(self._before))

    def order_calls(self) -> list[Call]:
        """The steps that follow the order; none where AgentDojo has none."""
        return _calls(self._order.ground_truth(self._before))

    def said(self, *, obeyed: bool) -> str:
        """What the model says at the end, as far as AgentDojo looks at it."""
        task, order = str(self._task.GROUND_TRUTH_OUTPUT), str(self._order.GROUND_TRUTH_OUTPUT)
        return f"{task}\n{order}" if obeyed and order else task

    def run(self, call: Call) -> tuple[str, str | None]:
        """Call a tool: its result as the model reads it, and what was wrong."""
        from agentdojo.agent_pipeline.tool_execution import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
            tool_result_to_str,
        )
        from agentdojo.functions_runtime import FunctionCall

        result, error = self._runtime.run_function(self.environment, call.tool, dict(call.args))
        if error is None:
            self._calls.append(FunctionCall(function=call.tool, args=dict(call.args)))
        return str(tool_result_to_str(result)), error

    def judged(self, said: str) -> Judged:
        """Whether the task was done and the order followed, by AgentDojo's own checks."""
        from agentdojo.types import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
            text_content_block_from_string,
        )

        words = [text_content_block_from_string(said)]
        return Judged(
            *(
                bool(self._suite._check_task_result(one, words, self._before, self.environment, self._calls))
                for one in (self._task, self._order)
            )
        )


def _calls(calls: Sequence[Any]) -> list[Call]:
    return [Call(str(call.function), dict(call.args)) for call in calls]


def letters(text: str) -> str:
    """Letters and digits alone: what is left of a text however it is wrapped and quoted."""
    return re.sub(r"[\W_]+", "", text.casefold())
