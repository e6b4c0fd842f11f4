"""The web shop: shows what the recommendations service draws. Knows only the proto."""
