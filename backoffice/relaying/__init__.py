"""What parties of a case or an order may not pass to each other, for they meet through the service."""
