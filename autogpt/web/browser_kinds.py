"""Which browsers there are: their programs, and how each is told to be quiet, closed and shut in.

Settings of the browsers are named after their own documentation: Chromium's list of command-line
switches, the keys of its preferences, Firefox's about:config. All of them come on top of what the
checking proxy refuses; none is relied on alone for what a page may reach, except that the
proxy is used.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autogpt.core.errors import CommandError
from autogpt.sandboxes.own_programs import find_program

if TYPE_CHECKING:
    from selenium.webdriver.common.options import ArgOptions

PROXY_NAME = "relay.invalid"
"""What the browsers of Chromium's kind call the proxy, so that they need no address at all."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a browser is to be started. `port` is the proxy's; `isolated` says that it has its own sandbox."""

    port: int
    headless: bool
    isolated: bool
    in_memory: bool
    user_agent: str | None


@dataclass(frozen=True, slots=True)
class Programs:
    """A browser and its driver. `driver_arguments` still lack the port."""

    kind: str
    browser: Path
    driver: Path

    def driver_words(self, port: int) -> tuple[str, ...]:
        """How the driver is started."""
        if self.kind == "firefox":
            return (str(self.driver), "--host", "127.0.0.1", "--port", str(port), "--log", "fatal")
        if self.kind == "safari":
            return (str(self.driver), "--port", str(port))
        return (str(self.driver), f"--port={port}", "--log-level=OFF")

    @property
    def environment(self) -> Mapping[str, str]:
        """What the browser finds in its environment: Firefox heeds where its settings come from only with this."""
        return {"MOZ_REMOTE_SETTINGS_DEVTOOLS": "1"} if self.kind == "firefox" else {}

    @property
    def shown(self) -> tuple[Path, ...]:
        """What of them lies outside the system's own folders."""
        paths = [self.browser.resolve().parent, self.driver.resolve(), self.driver]
        return tuple(path for path in dict.fromkeys(paths) if not path.is_relative_to("/usr"))


_MAC = "/Applications"
_WINDOWS = (r"C:\Program Files", r"C:\Program Files (x86)")

_BROWSERS: Mapping[str, Sequence[str]] = {
    "chrome": (
        "chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome",
        f"{_MAC}/Google Chrome.app/Contents/MacOS/Google Chrome", f"{_MAC}/Chromium.app/Contents/MacOS/Chromium",
        *(rf"{folder}\Google\Chrome\Application\chrome.exe" for folder in _WINDOWS),
    ),
    "firefox": (
        "firefox-esr", "firefox", f"{_MAC}/Firefox.app/Contents/MacOS/firefox",
        *(rf"{folder}\Mozilla Firefox\firefox.exe" for folder in _WINDOWS),
    ),
    "edge": (
        "microsoft-edge-stable", "microsoft-edge", "msedge",
        f"{_MAC}/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
        *(rf"{folder}\Microsoft\Edge\Application\msedge.exe" for folder in _WINDOWS),
    ),
    "safari": ("/usr/bin/safaridriver",),
}  # fmt: skip
_DRIVERS: Mapping[str, Sequence[str]] = {
    "chrome": ("chromedriver", "/usr/lib/chromium/chromedriver", "/usr/lib/chromium-browser/chromedriver"),
    "firefox": ("geckodriver",),
    "edge": ("msedgedriver",),
    "safari": ("/usr/bin/safaridriver",),
}
_INSTALL: Mapping[str, str] = {
    "chrome": "install Chromium and its driver (on Debian: apt install chromium chromium-driver; elsewhere Chrome, and the chromedriver of the same version in a folder of PATH)",
    "firefox": "install Firefox and geckodriver (github.com/mozilla/geckodriver/releases), the driver in a folder of PATH",
    "edge": "install Microsoft Edge, and the msedgedriver of the same version in a folder of PATH",
    "safari": "Safari is part of macOS; allow it once by: safaridriver --enable",
}


def programs(kind: str, path: str | None, place: Path | None = None) -> Programs:
    """Where a browser and its driver are. Raises CommandError, which says what to install.

    `path` is what PATH says, None for the usual folders. Of relative folders, and of the workspace `place`,
    nothing is taken: the agent, or whoever made the folder, could have put it there.
    """
    environ = {} if path is None else {"PATH": path}
    browser, driver = (
        Path(found) if (found := find_program(names, environ, place)) else None
        for names in (_BROWSERS[kind], _DRIVERS[kind])
    )
    if browser is None or driver is None:
        what = f"the browser {kind}" if browser is None else f"the driver of {kind} ({_DRIVERS[kind][0]})"
        raise CommandError(
            f"Pages can't be opened with a browser here: {what} isn't installed. The person can change that: "
            f"{_INSTALL[kind]}; or choose another browser with USE_WEB_BROWSER."
        )
    return Programs(kind, browser, driver)


def options(found: Programs, manner: Manner) -> ArgOptions:
    """What Selenium tells the driver."""
    match found.kind:
        case "firefox":
            made = _firefox(found, manner)
        case "safari":
            made = _safari()
        case _:
            made = _chromium(found, manner)
    made.page_load_strategy = "eager"
    made.unhandled_prompt_behavior = "dismiss"
    return made


_SWITCHES = (
    "disable-background-networking", "disable-component-update", "disable-default-apps", "disable-sync",
    "disable-domain-reliability", "disable-breakpad", "disable-crash-reporter", "disable-client-side-phishing-detection",
    "disable-extensions", "disable-component-extensions-with-background-pages", "disable-gpu", "disable-print-preview",
    "disable-quic", "disable-notifications", "disable-speech-api", "disable-search-engine-choice-screen",
    "dns-prefetch-disable", "deny-permission-prompts", "mute-audio", "no-first-run", "no-default-browser-check",
    "no-pings", "metrics-recording-only", "password-store=basic", "use-mock-keychain", "hide-scrollbars",
    "noerrdialogs", "force-webrtc-ip-handling-policy=disable_non_proxied_udp", "window-size=1280,1800",
)  # fmt: skip
_WITHOUT = (
    "AutofillServerCommunication", "CertificateTransparencyComponentUpdater", "DialMediaRouteProvider",
    "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "InterestFeedContentSuggestions", "MediaRouter",
    "NetworkPrediction", "OptimizationHints", "Prerender2", "Translate", "WebTransport", "DnsOverHttps",
)  # fmt: skip
_ASKING = (
    "ar", "automatic_downloads", "clipboard", "file_system_read_guard", "file_system_write_guard", "geolocation",
    "hid_guard", "idle_detection", "local_fonts", "media_stream_camera", "media_stream_mic", "midi_sysex",
    "notifications", "payment_handler", "popups", "protocol_handlers", "sensors", "serial_guard", "usb_guard", "vr",
)  # fmt: skip


def _chromium(found: Programs, manner: Manner) -> ArgOptions:
    from selenium.webdriver.chrome.options import Options as Chrome
    from selenium.webdriver.edge.options import Options as Edge

    made = Edge() if found.kind == "edge" else Chrome()
    made.binary_location = str(found.browser)
    switches = [*_SWITCHES, f"disable-features={','.join(_WITHOUT)}"]
    switches += [
        f"gaia-url=http://{PROXY_NAME}",  # else it asks who is logged in at Google
        f"proxy-server=http://{PROXY_NAME}:{manner.port}",
        # Chromium goes around a proxy to its own machine unless it is told not to.
        "proxy-bypass-list=<-loopback>",
        f"host-resolver-rules=MAP {PROXY_NAME} 127.0.0.1, MAP * ~NOTFOUND",
    ]
    if manner.headless:
        switches.append("headless=new")
    if not manner.isolated:
        switches.append("no-sandbox")
    if not manner.in_memory:
        switches.append("disable-dev-shm-usage")  # in containers there is little of it
    if manner.user_agent:
        switches.append(f"user-agent={manner.user_agent}")
    for switch in switches:
        made.add_argument(f"--{switch}")
    # The driver would allow pop-ups.
    made.add_experimental_option("excludeSwitches", ["disable-popup-blocking", "enable-automation"])
    made.add_experimental_option(
        "prefs",
        {
            "credentials_enable_service": False,
            "profile.password_manager_enabled": False,
            "download_restrictions": 3,
            "download.prompt_for_download": False,
            "plugins.always_open_pdf_externally": True,
            "safebrowsing.enabled": False,
            "search.suggest_enabled": False,
            "signin.allowed": False,
            "net.network_prediction_options": 2,
            "webrtc.ip_handling_policy": "disable_non_proxied_udp",
            "webrtc.nonproxied_udp_enabled": False,
            **{f"profile.default_content_setting_values.{name}": 2 for name in _ASKING},
        },
    )
    return made


def _firefox(found: Programs, manner: Manner) -> ArgOptions:
    from selenium.webdriver.firefox.options import Options

    made = Options()
    made.binary_location = str(found.browser)
    if manner.headless:
        made.add_argument("-headless")
    made.add_argument("--width=1280")
    made.add_argument("--height=1800")
    for name, value in _FIREFOX.items():
        made.set_preference(name, value)
    for name in ("http", "ssl"):
        made.set_preference(f"network.proxy.{name}", "127.0.0.1")
        made.set_preference(f"network.proxy.{name}_port", manner.port)
    if manner.user_agent:
        made.set_preference("general.useragent.override", manner.user_agent)
    return made


_FIREFOX: Mapping[str, str | int | bool] = {
    "network.proxy.type": 1,
    "network.proxy.no_proxies_on": "",
    "network.proxy.allow_hijacking_localhost": True,
    "network.proxy.allow_bypass": False,
    "network.proxy.failover_direct": False,
    "network.proxy.testing_localhost_is_secure_when_hijacked": True,
    "network.trr.mode": 5,
    "network.dns.disablePrefetch": True,
    "network.dns.disablePrefetchFromHTTPS": True,
    "network.dns.disableIPv6": True,
    "network.dns.native_https_query": False,
    "network.dns.upgrade_with_https_rr": False,
    "network.dns.use_https_rr_as_altsvc": False,
    "network.http.http3.enable": False,
    "network.http.altsvc.enabled": False,
    "network.http.speculative-parallel-limit": 0,
    "network.prefetch-next": False,
    "network.predictor.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.webtransport.enabled": False,
    "network.protocol-handler.external-default": False,
    "media.peerconnection.enabled": False,
    "media.navigator.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "media.autoplay.default": 5,
    "geo.enabled": False,
    "dom.webnotifications.enabled": False,
    "dom.push.enabled": False,
    "dom.disable_beforeunload": True,
    "dom.disable_open_during_load": True,
    "dom.popup_maximum": 0,
    "dom.security.https_only_mode": False,
    "dom.security.https_first": False,
    "dom.security.https_first_schemeless": False,
    "permissions.default.camera": 2,
    "permissions.default.microphone": 2,
    "permissions.default.geo": 2,
    "permissions.default.desktop-notification": 2,
    "signon.rememberSignons": False,
    "signon.autofillForms": False,
    "browser.download.useDownloadDir": False,
    "browser.download.always_ask_before_handling_new_types": True,
    "browser.download.manager.addToRecentDocs": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.search.update": False,
    "browser.region.update.enabled": False,
    "browser.region.network.url": "",
    "browser.send_pings": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.formfill.enable": False,
    "browser.cache.disk.enable": False,
    "extensions.enabledScopes": 0,
    "extensions.getAddons.cache.enabled": False,
    "extensions.update.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "xpinstall.enabled": False,
    "app.update.auto": False,
    "app.normandy.enabled": False,
    "app.shield.optoutstudies.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "datareporting.healthreport.uploadEnabled": False,
    "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.unified": False,
    "toolkit.telemetry.server": "",
    "services.settings.server": "data:,",
    "pdfjs.disabled": True,
}


def _safari() -> ArgOptions:
    from selenium.webdriver.safari.options import Options

    return Options()


def is_shut_in(kind: str) -> bool:
    """Whether a browser can be told to use the proxy and nothing else."""
    return kind != "safari"


def is_here(kind: str) -> bool:
    """Whether there is such a browser for this system at all."""
    return kind != "safari" or sys.platform == "darwin"
