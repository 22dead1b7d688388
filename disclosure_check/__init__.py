"""A linter for FTC disclosures in posts with sponsored, gifted or affiliate content.

The command is a client of this package: `disclosure_check.check` checks posts, `disclosure_check.rulebook` loads the rules.
"""

from __future__ import annotations

# A constant: looking it up in the installed metadata would cost more than the rest of the start.
__version__ = "0.1.0"
