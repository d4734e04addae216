"""The tests: the same tree as reportgen/, and helpers/."""

import pytest

pytest.register_assert_rewrite("tests.helpers")
