"""What the program is told from outside: the only reader of the environment and of `.env`.

`load_settings` gives one frozen `Settings`. `python -m autogpt.settings` writes the
pages that are made from the table of variables. It doesn't choose models (the
model catalogue does) and doesn't read the command line.
"""

from autogpt.settings.azure import AzureSettings, read_azure
from autogpt.settings.dotenv_file import close_to_others, set_in_env_file, set_there
from autogpt.settings.groups import Models, Settings
from autogpt.settings.kinds import dollars
from autogpt.settings.load import Loaded, load_settings
from autogpt.settings.secret import Secret
from autogpt.settings.trust_record import TrustRecord

__all__ = [
    "AzureSettings",
    "Loaded",
    "Models",
    "Secret",
    "Settings",
    "TrustRecord",
    "close_to_others",
    "dollars",
    "load_settings",
    "read_azure",
    "set_in_env_file",
    "set_there",
]
