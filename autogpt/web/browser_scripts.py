"""What the browser is asked about a page, in the page's own language.

A page can answer what it likes: its answers are data, and are bounded where they arrive.
"""

STATE = """
const key = Symbol.for('autogpt');
if (!window[key]) {
  const seen = {count: 1};
  Object.defineProperty(window, key, {value: seen});
  new MutationObserver(list => { seen.count += list.length; })
    .observe(document, {childList: true, subtree: true, characterData: true, attributes: true});
}
const entry = performance.getEntriesByType('navigation')[0];
return [
  document.readyState,
  window[key].count,
  entry && entry.responseStatus || 0,
  document.documentElement ? document.documentElement.scrollHeight : 0,
  window.innerHeight,
  document.scripts.length,
  performance.getEntriesByType('resource').length,
];
"""
"""Ready state, number of changes since it was first asked, HTTP status (0 if unknown), heights, scripts, and how
much of what it fetched has reached it, which is later than it passed the relay."""

FAILED_AT = """
const summary = window.loadTimeDataRaw && window.loadTimeDataRaw.summary;
return String(summary && summary.failedUrl || '').slice(0, 8000);
"""
"""The address that Chromium's error page is about."""

SCROLL = "window.scrollTo(0, document.documentElement.scrollHeight);"

WHOLE = """
const most = arguments[0];
const inert = document.implementation.createHTMLDocument('');
let left = 2000;
function bodies(frame) {
  try { return frame.contentDocument.body.textContent.trim() ? [frame.contentDocument.body] : []; }
  catch (_) { return []; }
}
function copied(node, depth) {
  const copy = inert.importNode(node, true);
  if (depth > 8) return copy;
  const from = [node, ...node.querySelectorAll('*')], to = [copy, ...copy.querySelectorAll('*')];
  for (let i = 0; i < from.length && i < to.length; i++) {
    let inner = [];
    if (from[i].shadowRoot) inner = [...from[i].shadowRoot.children];
    else if (from[i].localName === 'iframe' || from[i].localName === 'frame') inner = bodies(from[i]);
    if (!inner.length || left-- <= 0) continue;
    const box = inert.createElement('div');
    for (const child of inner) {
      const part = copied(child, depth + 1);
      if (part.localName === 'body') box.append(...part.childNodes); else box.append(part);
    }
    if (from[i].shadowRoot) to[i].prepend(box); else to[i].replaceWith(box);
  }
  return copy;
}
let html;
try { html = copied(document.documentElement, 0).outerHTML; }
catch (_) { html = document.documentElement ? document.documentElement.outerHTML : ''; }
return [location.href.slice(0, 8000), document.title.slice(0, 1000), html.slice(0, most)];
"""
"""URL, title, and HTML with what same-origin frames and open shadow trees hold put in its place."""
