"""Every process that the agent starts: in Docker, in bubblewrap, or on the machine itself.

`port` says what a sandbox does; `choose` picks one; `wording` says an outcome in words for the
model. Which walls each sandbox has, and which not, stands at the head of its module.
"""
