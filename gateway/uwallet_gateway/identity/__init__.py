"""Who a client is: sites, users that a site vouches for, visitors, and the tokens that they get."""
