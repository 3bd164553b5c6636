// One main for all test programs: compiling it takes longer than most tests.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
