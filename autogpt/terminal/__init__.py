"""Everything that a person sees and types; nothing else in the program prints or asks.

What is shown goes one way: an event becomes `lines` (`render`), and a `Console` puts lines on a
terminal or into a pipe, each span made `harmless` on its way. What is typed comes from one
`Keyboard`. Importing anything here loads neither rich nor prompt_toolkit.
"""
