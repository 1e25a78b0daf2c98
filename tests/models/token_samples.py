"""Texts of many kinds, and how many tokens they are by tiktoken 0.14 (o200k_base, cl100k_base).

To count again: `len(tiktoken.get_encoding(name).encode(text, disallowed_special=()))`.
"""

from __future__ import annotations

import base64
import json
import random

_chance = random.Random(7)


def _any_of(characters: str, count: int) -> str:
    return "".join(_chance.choice(characters) for _ in range(count))


_LOWER = "abcdefghijklmnopqrstuvwxyz"

_STEP = {
    "thoughts": {
        "text": "I will write the file now",
        "plan": ["- read it", "- write it"],
        "criticism": "none",
    },
    "command": {"name": "write_to_file", "args": {"filename": "a/b.txt", "text": "x\ny\tz"}},
}

_CODE = '''
class SyncClient(BaseClient[httpx.Client, Stream[Any]]):
    def __init__(self, *, version: str, base_url: str | URL, max_retries: int = 3) -> None:
        """Make a client; `base_url` may be a string."""
        if not isinstance(self.timeout, NotGiven) and self._client.timeout != DEFAULT:
            raise TypeError(f"Invalid `http_client`; expected httpx.Client but got {type(x)!r}")
        return {k: v for k, v in kwargs.items() if v is not None and k[0:2] != "__"}
'''

SAMPLES: dict[str, str] = {
    "english": "You are an AI that writes files and reads web pages. Your decisions must always be made "
    "independently without seeking user assistance; play to your strengths as a language model. " * 8,
    "long words": "internationalisation considerations notwithstanding, electroencephalographers " * 10,
    "code": _CODE * 5,
    "json": json.dumps(_STEP, indent=2) * 8,
    "tight json": json.dumps([_STEP] * 8, separators=(",", ":")),
    "minified": "!function(e,t){var n=e.x||{};for(var i=0;i<r.length;i++)n[i]=function(a){return a*2}}(this);"
    * 10,
    "html": '<div class="mx-auto"><a href="https://example.com/a?q=1&amp;r=2">Link text</a><br/></div>\n'
    * 12,
    "paths": "/usr/lib/python3.11/site-packages/openai/__init__.cpython-311.pyc\n" * 15,
    "markdown": "## Heading\n\n- **bold** item with `code`\n- [link](https://example.com)\n\n| a | b |\n|---|---|\n"
    * 10,
    "log": "".join(
        f"2026-11-{day:02d} 12:{day:02d}:01.{day:03d} INFO [worker-{day}] id={_chance.getrandbits(64):x} took {day}ms\n"
        for day in range(1, 29)
    ),
    "csv": "\n".join(",".join(f"{_chance.random():.4f}" for _ in range(6)) for _ in range(60)),
    "digits": _any_of("0123456789", 900),
    "hex": _any_of("0123456789abcdef", 1200),
    "base64": base64.b64encode(_chance.randbytes(900)).decode(),
    "keys": _any_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 1200),
    "upper case": "THIS IS ALL UPPER CASE TEXT WITH WARNINGS AND CONSIDERATIONS " * 12,
    "camel case": "getElementByIdOrThrowRuntimeExceptionHandlerFactoryBean " * 15,
    "single letters": " ".join(_any_of(_LOWER, 600)),
    "symbols": " ".join(_any_of("!@#$%^&*()_+-=[]{};", 600)),
    "spaces": " " * 2000,
    "newlines": "\n" * 2000,
    "mixed blanks": _any_of(" \t\n\r", 1200),
    "control": "".join(chr(_chance.randrange(32)) for _ in range(600)),
    "chinese": "人工智能正在改变世界。请把结果写入文件，并总结网页的主要内容；然后继续执行下一个命令。" * 10,
    "chinese, traditional": "臺灣的資訊科技產業發展迅速，請將檔案儲存於資料夾內，並檢查錯誤訊息。" * 10,
    "japanese": "人工知能は世界を変えつつあります。結果をファイルに書き込み、主な内容をまとめてください。カタカナ。"
    * 10,
    "korean": "인공지능이 세상을 바꾸고 있습니다. 결과를 파일에 저장하고 웹 페이지의 주요 내용을 요약하세요."
    * 10,
    "russian": "Искусственный интеллект меняет мир. Запишите результат в файл и обобщите содержание страницы."
    * 10,
    "arabic": "الذكاء الاصطناعي يغير العالم. اكتب النتيجة في ملف ثم لخص محتوى الصفحة الرئيسية." * 10,
    "hindi": "कृत्रिम बुद्धिमत्ता दुनिया को बदल रही है। परिणाम को फ़ाइल में लिखें।" * 10,
    "thai": "ปัญญาประดิษฐ์กำลังเปลี่ยนแปลงโลก กรุณาเขียนผลลัพธ์ลงในไฟล์" * 10,
    "greek": "Η τεχνητή νοημοσύνη αλλάζει τον κόσμο. Γράψτε το αποτέλεσμα στο αρχείο." * 10,
    "hebrew": "הבינה המלאכותית משנה את העולם. כתוב את התוצאה לקובץ." * 10,
    "georgian": "ხელოვნური ინტელექტი ცვლის სამყაროს" * 10,
    "amharic": "ሰው ሰራሽ የማሰብ ችሎታ ዓለምን እየቀየረ ነው" * 10,
    "german": "Die künstliche Intelligenz verändert die Welt. Überprüfungsausschüsse und Größenverhältnisse. "
    * 10,
    "french": "L'intelligence artificielle change le monde. Écrivez le résultat, puis résumez l'essentiel. "
    * 10,
    "polish": "Sztuczna inteligencja zmienia świat. Zapisz wynik do pliku i podsumuj treść strony źródłowej. "
    * 10,
    "turkish": "Yapay zekâ dünyayı değiştiriyor. Sonucu dosyaya yazın ve sayfanın ana içeriğini özetleyin. "
    * 10,
    "vietnamese": "Trí tuệ nhân tạo đang thay đổi thế giới. Hãy ghi kết quả vào tệp và tóm tắt nội dung chính. "
    * 10,
    "emoji": "😀🎉👩‍👩‍👧‍👦🏳️‍🌈🇩🇪✅❌🚀🔥💯🧑🏽‍💻" * 20,
    "boxes": "┌──────┬──────┐\n│ a    │ b    │\n└──────┴──────┘\n" * 20,
    "beyond the basic plane": "".join(chr(_chance.randint(0x10000, 0x1FFFF)) for _ in range(500)),
    "accents without end": "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘" * 20,
    "spanish": "La inteligencia artificial está cambiando el mundo. Escribe el resultado en un archivo. "
    * 10,
    "dutch": "Kunstmatige intelligentie verandert de wereld. Schrijf het resultaat naar een bestand. " * 10,
    "indonesian": "Kecerdasan buatan sedang mengubah dunia. Tulis hasilnya ke dalam berkas dan ringkas isinya. "
    * 10,
    "swahili": "Akili bandia inabadilisha ulimwengu. Andika matokeo kwenye faili na fupisha maudhui makuu. "
    * 10,
    "random letters": " ".join(_any_of(_LOWER, _chance.randint(2, 10)) for _ in range(300)),
    "random punctuation": _any_of("!@#$%^&*()_+-=[]{};':\",./<>?|\\`~", 1200),
    "random unicode": "".join(chr(_chance.randint(0xA1, 0xD7FF)) for _ in range(600)),
}

COUNTED: dict[str, tuple[int, int]] = {
    "english": (265, 265),
    "long words": (91, 101),
    "code": (651, 646),
    "json": (713, 713),
    "tight json": (434, 418),
    "minified": (370, 360),
    "html": (372, 372),
    "paths": (315, 300),
    "markdown": (310, 310),
    "log": (1016, 1016),
    "csv": (1799, 1799),
    "digits": (300, 300),
    "hex": (692, 692),
    "base64": (835, 863),
    "keys": (818, 836),
    "upper case": (181, 169),
    "camel case": (166, 121),
    "single letters": (600, 600),
    "symbols": (600, 600),
    "spaces": (17, 16),
    "newlines": (125, 63),
    "mixed blanks": (557, 580),
    "control": (598, 598),
    "chinese": (270, 420),
    "chinese, traditional": (360, 590),
    "japanese": (340, 480),
    "korean": (260, 380),
    "russian": (201, 350),
    "arabic": (260, 580),
    "hindi": (210, 700),
    "thai": (300, 620),
    "greek": (250, 650),
    "hebrew": (200, 490),
    "georgian": (110, 650),
    "amharic": (520, 690),
    "german": (211, 321),
    "french": (231, 291),
    "polish": (301, 341),
    "turkish": (301, 371),
    "vietnamese": (291, 461),
    "emoji": (800, 1200),
    "boxes": (600, 600),
    "beyond the basic plane": (1877, 1896),
    "accents without end": (2120, 2180),
    "spanish": (171, 181),
    "dutch": (162, 223),
    "indonesian": (251, 271),
    "swahili": (271, 361),
    "random letters": (1017, 1058),
    "random punctuation": (811, 800),
    "random unicode": (1335, 1524),
}
