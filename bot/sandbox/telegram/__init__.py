"""Telegram as the service meets it: the Bot API, the webhook's pushes, and phones with the app."""
