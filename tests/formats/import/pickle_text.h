// Pickles written by hand, opcode by opcode.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "formats/host/aligned_bytes.h"

namespace lentil::test {

inline std::string little_endian(std::uint64_t number, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(number >> (8 * i) & 255);
  return text;
}

inline std::string text(std::string_view value) {
  return "X" + little_endian(value.size(), 4) + std::string(value);
}
inline std::string number(std::int32_t value) {
  return "J" + little_endian(static_cast<std::uint32_t>(value), 4);
}
inline std::string global(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}
inline std::string tuple(std::initializer_list<std::string> items) {
  std::string body = "(";
  for (const std::string& item : items) body += item;
  return body + "t";
}
inline std::string dict(std::initializer_list<std::string> keys_and_values) {
  std::string body = "}(";
  for (const std::string& item : keys_and_values) body += item;
  return body + "u";
}
inline std::string call(const std::string& function, const std::string& arguments) {
  return function + arguments + "R";
}
inline std::string put(std::uint32_t index) { return "r" + little_endian(index, 4); }
inline std::string get(std::uint32_t index) { return "j" + little_endian(index, 4); }
inline std::string pickled(const std::string& body) { return "\x80\x02" + body + "."; }

// A NumPy array of one dimension, whose elements are the bytes of `data`.
inline std::string array(std::int32_t size, const std::string& type, const std::string& data) {
  const std::string made = call(global("numpy.core.multiarray", "_reconstruct"), ")");
  const std::string dtype = call(global("numpy", "dtype"), tuple({text(type)}));
  const std::string bytes = "B" + little_endian(data.size(), 4) + data;
  return made + tuple({number(1), tuple({number(size)}), dtype, "\x89", bytes}) + "b";
}

// A module with a state of these keys and values.
inline std::string module(const std::string& type, std::initializer_list<std::string> state) {
  return global("torch.nn.modules", type) + ")\x81" + dict(state) + "b";
}

inline formats::AlignedBytes bytes_of(const std::string& text) {
  return formats::AlignedBytes(std::as_bytes(std::span(text)));
}

}  // namespace lentil::test
