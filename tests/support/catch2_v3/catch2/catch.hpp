// Lets tests written for Catch2 2.13 compile with Catch2 3: there the one big header has another name.
#pragma once
#include <catch2/catch_all.hpp>

using Catch::Approx;
