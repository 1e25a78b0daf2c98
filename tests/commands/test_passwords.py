"""Passwords that stand in files as they are, and what only looks like one."""

from __future__ import annotations

from pathlib import Path

import pytest

from autogpt.commands.keys import where_keys_are
from autogpt.commands.passwords import passwords

HELD = [
    ("app.ini", "password = hunter2"),
    ("app.ini", "[db]\npassword: correcthorse ; of the database"),
    ("conf/db.properties", "spring.datasource.password=Tr0ub4dor&3"),
    ("db.yml", "production:\n  password: hunter2  # old"),
    ("db.yaml", 'db_password: "batterystaple"'),
    ("docker-compose.yml", "    - MYSQL_ROOT_PASSWORD=hunter2"),
    ("docker-compose.yml", "    POSTGRES_PASSWORD: 'hunter2'"),
    ("Dockerfile", "ENV DB_PASSWORD=hunter2"),
    ("deploy.sh", "export PGPASSWORD=hunter2\n"),
    ("deploy.sh", "DB_PASS='hunter2' ./migrate"),
    ("settings.toml", 'smtp-password = "hunter2"'),
    ("config.json", '{"user": "tea", "password": "hunter2"}'),
    ("server.xml", '<Connector keystorePass="x" password="hunter2"/>'),
    ("settings.xml", "<password>hunter2</password>"),
    ("app.py", 'PASSWORD = "hunter2"'),
    ("src/app.py", "connect(user='tea', password='hunter2')"),
    ("app.js", "  dbPassword: 'hunter2',"),
    ("App.java", 'private static final String PASSWD = "hunter2";'),
    ("main.go", 'dbpass := "hunter2"'),
    ("a.php", "'password' => 'hunter2',"),
    ("main.tf", 'admin_password = "hunter2"'),
    ("run.ps1", '$passphrase = "hunter2"'),
    ("app.cfg", "SMTP_PASSWORD2=hunter2"),
    ("app.cfg", "password = S3cr3t!pass-for-prod"),
    ("app.cfg", "password = a7!#^+=?"),
    ("app.cfg", "password = whereas-Kd83"),
    ("app.cfg", "password = contest2024winner"),
    ("app.py", "password = 'testKd83hs7'"),
    ("work.ipynb", r"""    "password = \"Kd83hs7sLq\"\n","""),
    ("work.ipynb", r'''"source": "import db\npassword = \"Kd83hs7sLq\"\n"'''),
    ("work.ipynb", r"""    "connect(password='Kd83hs7sLq')\n","""),
    ("work.ipynb", r"""    "settings = {\"password\": \"Kd83hs7sLq\"}\n","""),
    ("a.json", r"""{"body": "{\"user\": \"tea\", \"password\": \"Kd83hs7sLq\"}"}"""),
    ("a.json", r"""{"body": "{\\\"password\\\": \\\"Kd83hs7sLq\\\"}"}"""),
    ("wp-config.php", "define('DB_PASSWORD', 'Kd83hs7sLq');"),
    ("wp-config.php", 'define( "DB_PASSWORD" , "Kd83hs7sLq" );'),
    ("database.php", "'password' => env('DB_PASSWORD', 'Kd83hs7sLq'),"),
    ("app.py", 'os.environ.setdefault("PGPASSWORD", "Kd83hs7sLq")'),
]
SILENT = [
    ("app.ini", "password ="),
    ("app.ini", "# password = hunter2"),
    ("app.ini", "password = changeme"),
    ("app.ini", "password = CHANGE-ME-1"),
    ("app.ini", "password = <password>"),
    ("app.ini", "password = your_password1"),
    ("app.ini", "password = xxxxxxxx"),
    ("app.ini", "password = ********"),
    ("app.ini", "password = ${DB_PASSWORD}"),
    ("app.ini", "password = %(db_password)s"),
    ("app.ini", "password = $DB_PASSWORD1"),
    ("app.ini", "password = /run/secrets/db1"),
    *(
        ("app.ini", f"password = {stand_in}")
        for stand_in in (
            *(
                "test1234",
                "testtest1",
                "password123!",
                "secret321",
                "change_this_password",
                "changeit",
                "topsecret",
            ),
            *(
                "your-db-password",
                "mysecretpassword",
                "YourStrong!Pass",
                "enter-password-here",
                "admin_password1",
            ),
            *("insert-your-password-here", "rootpassword", "dummy-password-for-tests", "replace-with-value"),
        )
    ),
    ("app.ini", "password_min_length = 12345678"),
    ("work.ipynb", r"""    "# password = \"Kd83hs7sLq\"\n","""),
    ("work.ipynb", r"""    "password = \"changeme1\"\n","""),
    ("work.ipynb", r"""    "password = os.environ[\"DB_PASSWORD1\"]\n","""),
    ("a.json", r"""{"body": "{\"password\": \"Kennwort\"}"}"""),
    ("wp-config.php", "define('DB_PASSWORD', 'password_here1');"),
    ("wp-config.php", "define('DB_PASSWORD', getenv('DB_PASSWORD1'));"),
    ("forms.py", 'fields = ("username", "password", "address1")'),
    ("app.py", 'parser.add_argument("password", "passw0rd1 of the user")'),
    ("app.ini", "bypass = hunter2"),
    ("db.yml", "password: <%= ENV['DB_PASSWORD1'] %>"),
    ("db.yml", "password: !vault |"),
    ("ci.yml", "password: ${{ secrets.REGISTRY1 }}"),
    ("values.yaml", "password: postgres"),
    ("api.yaml", "password: string"),
    ("a.json", '"password": {"type": "string"}'),
    ("de.json", '{"password": "Kennwort", "pwd": "Passwort"}'),
    ("app.py", "password = os.environ['DB_PASSWORD1']"),
    ("app.py", 'password = "{}:{}".format(a, b1)'),
    ("app.py", 'label = {"password": "Kennwort"}'),
    ("app.py", 'password = "Enter your 1st password"'),
    ("app.js", "password: user.password1,"),
    ("main.go", "pwd := t0kens9"),
    ("tests/conftest.py", 'PASSWORD = "hunter2"'),
    ("test_login.py", 'PASSWORD = "hunter2"'),
    ("src/login.spec.ts", "password: 'hunter2'"),
    ("a/fixtures/users.yml", "password: hunter2"),
    ("config.example.ini", "password = hunter2"),
    ("examples/app.ini", "password = hunter2"),
    ("docs/conf.ini", "password = hunter2"),
    ("locales/en.yml", "password: hunter2"),
    ("notes.md", "password = hunter2"),
    ("package-lock.json", '"password": "hunter2"'),
]


def where(name: str, text: str, before: str = "") -> str | None:
    return where_keys_are(name, lambda: text, lambda: before)


@pytest.mark.parametrize(("name", "text"), HELD)
def test_a_password_is_told_by_its_line(name: str, text: str) -> None:
    line = next(number for number, row in enumerate(text.split("\n"), 1) if "pass" in row.lower())
    assert where(name, text) == f"line {line}"


@pytest.mark.parametrize(("name", "text"), SILENT)
def test_what_is_nobodys_password_asks_nothing(name: str, text: str) -> None:
    assert where(name, text) is None


def test_the_line_of_a_key_and_of_an_address_is_told_too() -> None:
    key = "sk-" + "a1B2c3D4e5F6g7H8i9J0k1L2"
    assert where("app.py", f"a = 1\n\nKEY = '{key}'\n") == "line 3"
    assert where("notes.md", "see\nhttps://me:hunter2@code.example/x\n") == "line 2"
    assert where(".npmrc", "a=b\n//r.example/:_authToken=abc\n") == "line 2"
    assert where("id_rsa", "x") == ""
    assert where(".env.example", f"A={key}") == "line 1"
    for stand_in in ("password", "changeme", "$PASSWORD", "{password}", "<password>", "your-password"):
        assert where("notes.md", f"https://me:{stand_in}@code.example/x\n") is None, stand_in


def test_a_password_that_is_committed_already_asks_nothing() -> None:
    assert where("app.ini", "password = hunter2\nuser = b\n", "password = hunter2\nuser = a\n") is None
    assert where("app.ini", "password = hunter3\n", "password = hunter2\n") == "line 1"


def test_this_program_itself_asks_nothing() -> None:
    """False alarms make people switch a question off."""
    root = Path(__file__).parents[2]
    for path in (
        *root.glob("*.*"),
        *root.glob(".*"),
        *root.rglob("autogpt/**/*"),
        *root.rglob("docker/**/*"),
    ):
        if path.is_file() and "__pycache__" not in path.parts:
            text = path.read_text("utf-8", "replace")
            assert list(passwords(path.relative_to(root).as_posix(), text)) == [], path


def test_long_lines_and_long_names_take_no_time() -> None:
    for text in (
        "password" * 100_000,
        "a" * 1_999 + "=",
        "pwd=" * 499,
        ("x." * 990 + "\n") * 500,
        "pass " * 399,
        "f('pass', " * 190,
        "\\" * 1_999,
        "a( " * 600 + "'pwd'",
    ):
        assert list(passwords("app.ini", f"{text}\npassword=b\n")) == []
