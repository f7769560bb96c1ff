"""A simulated desk: people who work at the same time over real HTTP, and a ledger of what they were told."""
