"""The catalogue that comes with Bookstall, and the check of its facts."""
