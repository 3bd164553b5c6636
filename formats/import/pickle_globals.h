// Which classes and functions a pickle may name, and what becomes of them. None is ever called.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace lentil::formats {

enum class Ruling : std::uint8_t {
  dict,       // makes a dict
  list,       // makes a list
  record,     // calling it is noted down: tensors, arrays, sizes, times
  attribute,  // getattr, which names PyTorch's functions
  unknown,    // may be named and have instances, as classes of modules have; not called
  refused,    // may not even be named: it runs programs, opens files, or leads to what does
};

Ruling rule(std::string_view module, std::string_view name);

}  // namespace lentil::formats
