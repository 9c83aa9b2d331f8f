"""How far the proofs of the post go: bounded by default, in full by `make prove-post`, which sets these variables."""

import os

KILLS = int(os.environ.get("PROOF_KILLS", "15"))
LETTERS = int(os.environ.get("PROOF_LETTERS", "1000"))
FAULTY = int(os.environ.get("PROOF_FAULTY", "100"))
SEED = int(os.environ.get("PROOF_SEED", "1"))
