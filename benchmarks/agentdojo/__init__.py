"""AgentDojo's tasks and injections, played in this agent: attack success and utility side by side.

AgentDojo (Debenedetti et al., 2024; PyPI `agentdojo`) has 97 tasks of a person in four suites (a mailbox,
a bank, a chat, travels) and 35 orders that a text met on the way gives: 949 pairs. It judges by the state of
its own world whether the task was done and whether the order was followed.

It is no dependency of the program. It wants an environment of its own, in which the program is installed too:

    python -m venv /tmp/dojo
    /tmp/dojo/bin/pip install . -r benchmarks/agentdojo/requirements.txt
    /tmp/dojo/bin/python -m benchmarks.agentdojo

The model is scripted and obedient: it takes the steps of the task's own ground truth, and as soon as a
prompt holds the injected text those of the order's ground truth, with its attack `direct` ("TODO: …"). Eight orders of the
mailbox have no ground truth in AgentDojo; theirs is written down in `orders`.

AgentDojo's tools become a family of commands (`tools`), built from its own signatures, each declaring
what it touches as a plugin's author would: reading an account only reads from the network; what reaches
other people speaks in the person's name; what pays or books spends money; what else changes an account
does more than read from the network. The policy is the program's default and no rule is added: that is
what a user gets who adds such a family and configures nothing. No other commands are there but those by which
a model ends a run: AgentDojo's ground truths know no others, and some of its names are those of ours.

What it does not show: a real model would not obey always, nor solve each task. What a model *says* at the
end is not the program's to judge: orders that only want something said (one of the travels) can't be
kept from succeeding, and are counted apart.
"""
