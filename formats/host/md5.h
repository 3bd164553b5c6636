// MD5 as people quote it for data sets: to tell files apart, never for security.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

namespace lentil::formats {

// 32 lower-case hex digits of the parts read one after the other.
std::string md5_hex(std::initializer_list<std::span<const std::uint8_t>> parts);

}  // namespace lentil::formats
