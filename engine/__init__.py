"""What Rasa needs from this project and does not ship: NLU components and the training-data importer."""
