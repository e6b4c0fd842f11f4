"""The web shop: shows what the recommendations service draws. The two share only the proto."""
