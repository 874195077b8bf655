"""`python -m bench.gap [--each]`: how often the suggestions for a need are those that a person would make.

Asks for each need of `gap_labels.toml` within its mission, on the region and nothing else.
"""

import sys

from bench import databases

if __name__ == "__main__":
    told = f"from bench.suggested import tell; tell(is_wordy={'--each' in sys.argv})"
    print(databases.manage(databases.region(), "shell", "--no-imports", "-c", told), end="")
