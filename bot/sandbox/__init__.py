"""Stand-ins for Telegram's Bot API and WeChat's server API, with phones to play on: a process of its own."""
