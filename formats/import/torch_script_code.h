// The text of a script's classes. It is searched for constants and never run.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lentil::formats {

// The numbers that a class declares: of "stride : Final[Tuple[int, int]] = (2, 2)" the entry "stride" {2, 2}.
// Those of a traced class stand in its only call instead: "torch._convolution(x, weight, bias, [2, 2], ...".
std::map<std::string, std::vector<double>> script_constants(std::string_view code, std::string_view type);

}  // namespace lentil::formats
