"""What the model may call: the registry, and a module for each family of commands."""
