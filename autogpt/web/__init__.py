"""What the web holds: pages as text with their links, answers of search engines, the port for a browser."""
