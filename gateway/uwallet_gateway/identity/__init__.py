"""Identity of clients: sites, users vouched for by a site, visitors, and their tokens."""
