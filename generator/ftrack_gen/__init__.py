"""Turn a server's schema into a typed package."""
