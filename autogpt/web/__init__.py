"""What the web's pages hold: their text and their links."""
