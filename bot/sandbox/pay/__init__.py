"""Stand-ins for the platforms people pay with: WeChat Pay APIv3 and Telegram's invoices."""
