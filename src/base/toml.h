#pragma once

// toml++, which is included through here alone. Its parser checks that a key begins as keys do; one line
// before, it asserts the same, or assumes it where NDEBUG is defined, so that the check is compiled away:
// "[[:" would end the program or be undefined behaviour (3.3.0, parser.inl). Nothing is assumed of text.
#include <toml++/impl/preprocessor.h>
#undef TOML_ASSERT_ASSUME
#define TOML_ASSERT_ASSUME(condition) static_cast<void>(0)
#include <toml++/toml.h>
