// The colours of roles. Blue, orange and green are told apart by people who do not see red or green.
#pragma once
#include <array>
#include <string_view>

#include "tools/plot/drawing.h"

namespace lentil::plot {

struct RoleColors {
  std::string_view name;  // in style sheets
  Rgb light, dark;        // on white, and on a dark screen
};

// By role.
inline constexpr std::array<RoleColors, kRoles> kPalette{{
    {"paper", {0xff, 0xff, 0xff}, {0x14, 0x18, 0x1d}},
    {"text", {0x22, 0x26, 0x2b}, {0xe4, 0xe8, 0xec}},
    {"faint", {0x60, 0x68, 0x70}, {0x9a, 0xa4, 0xae}},
    {"grid", {0xdd, 0xe1, 0xe5}, {0x33, 0x3a, 0x42}},
    {"blue", {0x00, 0x69, 0xa8}, {0x5b, 0xb4, 0xef}},
    {"orange", {0xd0, 0x55, 0x00}, {0xff, 0x9c, 0x4a}},
    {"green", {0x00, 0x80, 0x5e}, {0x3f, 0xcb, 0x9f}},
}};

constexpr const RoleColors& colors_of(Role role) { return kPalette[static_cast<std::size_t>(role)]; }

}  // namespace lentil::plot
