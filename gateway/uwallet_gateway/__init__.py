"""The gateway of the u钱包 support bot: the only part that the public reaches (docs/gateway.md)."""
