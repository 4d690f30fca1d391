"""What Rasa needs from this project and does not ship: NLU components and the training-data importer."""

import os

# Read when numpy and SciPy are loaded, so here. The matrices of one message are so small that further threads would
# only wait for each other, and they wait spinning: that took half of the processor's time of a turn.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
