"""Speaking in the background: in order, bounded, never in the way."""

from __future__ import annotations

import threading
import time

from hypothesis import given
from hypothesis import strategies as st

from autogpt.voices.port import VoiceFailed
from autogpt.voices.speaker import WAITING, Speaker
from autogpt.voices.words import LONGEST, pieces, speakable


def as_is(text: str) -> str:
    return text


class Slow:
    """A voice that says a text when it is let; it falls silent when it is closed."""

    def __init__(self) -> None:
        self.said: list[tuple[str, int]] = []
        self.begun = threading.Semaphore(0)
        self.let = threading.Semaphore(0)
        self.closed = threading.Event()

    def speak(self, text: str, number: int) -> None:
        self.begun.release()
        while not self.let.acquire(timeout=0.01):
            if self.closed.is_set():
                raise VoiceFailed("cut off")
        self.said.append((text, number))

    def close(self) -> None:
        self.closed.set()


def test_texts_are_said_in_order_with_their_voice() -> None:
    voice, warned = Slow(), list[str]()
    speaker = Speaker(voice, as_is, warned.append)
    speaker.say("one")
    speaker.say("two", 2)
    voice.let.release(2)
    speaker.close(20)
    assert voice.said == [("one", 1), ("two", 2)]
    assert warned == []


def test_a_voice_that_is_behind_leaves_out_the_oldest() -> None:
    voice = Slow()
    speaker = Speaker(voice, as_is, lambda line: None)
    speaker.say("0")
    assert voice.begun.acquire(timeout=20)
    for number in range(1, 50):
        speaker.say(str(number))
    voice.let.release(50)
    speaker.close(20)
    assert [text for text, _ in voice.said] == ["0", *(str(number) for number in range(50 - WAITING, 50))]


def test_the_end_waits_no_longer_than_it_says_and_cuts_the_voice_off() -> None:
    voice, warned = Slow(), list[str]()
    speaker = Speaker(voice, as_is, warned.append)
    speaker.say("a long story")
    assert voice.begun.acquire(timeout=20)
    before = time.monotonic()
    speaker.close(0.1)
    assert time.monotonic() - before < 10
    assert voice.closed.is_set()
    assert (voice.said, warned) == ([], [])
    speaker.say("too late")
    assert voice.said == []


def test_a_speaker_that_never_spoke_ends_at_once() -> None:
    voice = Slow()
    speaker = Speaker(voice, as_is, lambda line: None)
    speaker.close(60)
    assert voice.closed.is_set()
    assert not any(thread.name == "voice" for thread in threading.enumerate())


class Broken:
    def __init__(self, error: Exception) -> None:
        self.error = error
        self.tries = 0

    def speak(self, text: str, number: int) -> None:
        self.tries += 1
        raise self.error

    def close(self) -> None: ...


def test_a_voice_that_fails_says_so_once_and_the_run_goes_on() -> None:
    for error in (VoiceFailed("no sound, key sk-1"), ValueError("sk-1")):
        warned, told = list[str](), threading.Event()

        def warn(line: str, warned: list[str] = warned, told: threading.Event = told) -> None:
            warned.append(line)
            told.set()

        voice = Broken(error)
        speaker = Speaker(voice, lambda text: text.replace("sk-1", "***"), warn)
        speaker.say("one")
        assert told.wait(20)
        for _ in range(5):
            speaker.say("two")
        speaker.close(20)
        (line,) = warned
        assert "goes on in silence" in line
        assert "sk-1" not in line
        assert voice.tries == 1


def test_secrets_are_not_spoken() -> None:
    voice = Slow()
    voice.let.release(9)
    speaker = Speaker(voice, lambda text: text.replace("sk-1", "***"), lambda line: None)
    speaker.say("the key is sk-1")
    speaker.close(20)
    assert voice.said == [("the key is a secret", 1)]


def test_what_is_spoken_is_harmless() -> None:
    assert speakable("\x1b]0;x\x07Hello\u202e  **World**\n\x00 `x`", as_is) == "]0;x Hello World x".replace(
        "]", ""
    )
    assert speakable("a ***bold*** claim", as_is) == "a bold claim"
    assert speakable("see https://evil.example/?q=1 now", as_is) == "see a link now"
    assert speakable("नमस्ते، سلام، 你好。", as_is) == "नमस्ते، سلام، 你好。"
    assert speakable("[[rate 500]] <speak> {x}", as_is) == "rate 500 speak x"
    for nothing in ("", " \n", "***\x00", "---", "…", "\u200b\u2060"):
        assert speakable(nothing.replace("***", ""), as_is) == ""


@given(st.text(max_size=2000))
def test_whatever_a_model_writes_can_be_spoken(text: str) -> None:
    words = speakable(text, as_is)
    assert len(words) <= LONGEST
    assert words == words.strip()
    words.encode()
    assert all(character.isprintable() or character in "\u200c\u200d" for character in words)


def test_a_long_text_ends_at_a_sentence() -> None:
    text = "This is a sentence of some length. " * 30
    assert speakable(text, as_is).endswith("length.")
    assert speakable("word " * 200, as_is).endswith("word")
    assert len(speakable("x" * 1000, as_is)) == LONGEST


@given(st.text(max_size=600), st.integers(1, 120))
def test_pieces_are_short_and_nothing_but_blanks_is_lost(text: str, longest: int) -> None:
    found = pieces(text, longest)
    assert all(0 < len(piece) <= longest for piece in found)
    assert "".join("".join(found).split()) == "".join(text.split())
