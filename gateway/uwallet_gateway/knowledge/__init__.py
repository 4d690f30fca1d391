"""What the bot knows as its owner edits it: versions, the draft, checks, publishing."""
