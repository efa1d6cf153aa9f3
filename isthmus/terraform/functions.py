"""Terraform's functions, as far as configurations of networks use them: all pure, all on known values.

https://developer.hashicorp.com/terraform/language/functions. A function either gives what Terraform would give, raises
(a call that Terraform refuses too), or returns `NotImplemented` (the value is then unknown).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from isthmus.terraform.cidr_functions import CIDR_FUNCTIONS
from isthmus.terraform.collection_functions import COLLECTION_FUNCTIONS, PLAIN_COLLECTION_FUNCTIONS
from isthmus.terraform.encoding_functions import ENCODING_FUNCTIONS
from isthmus.terraform.number_functions import NUMBER_FUNCTIONS
from isthmus.terraform.pattern_functions import PATTERN_FUNCTIONS
from isthmus.terraform.text_functions import TEXT_FUNCTIONS
from isthmus.terraform.time_functions import TIME_FUNCTIONS
from isthmus.terraform.yaml_functions import YAML_FUNCTIONS

# Functions whose arguments must all be known, through and through.
PLAIN_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    **CIDR_FUNCTIONS,
    **ENCODING_FUNCTIONS,
    **NUMBER_FUNCTIONS,
    **PATTERN_FUNCTIONS,
    **PLAIN_COLLECTION_FUNCTIONS,
    **TEXT_FUNCTIONS,
    **TIME_FUNCTIONS,
    **YAML_FUNCTIONS,
}
FUNCTIONS: Mapping[str, Callable[..., Any]] = {**PLAIN_FUNCTIONS, **COLLECTION_FUNCTIONS}
