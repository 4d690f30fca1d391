"""The knowledge of the bot: `data/knowledge/*.yml`, read, checked and ready to use."""

from actions.knowledge.loader import Knowledge, KnowledgeError, load_knowledge
from actions.knowledge.schema import Item, Step, Topic

__all__ = ["Item", "Knowledge", "KnowledgeError", "Step", "Topic", "load_knowledge"]
