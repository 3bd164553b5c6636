// The options of one command: declared, read from the command line, and shown as help.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tools/command.h"

namespace lentil::tools {

template <class T>
struct Range {
  T least, most;
};

class Arguments {
 public:
  explicit Arguments(const Command& command);
  ~Arguments();
  Arguments(const Arguments&) = delete;
  Arguments& operator=(const Arguments&) = delete;

  // Each declares an option with names such as "-o,--output"; the target holds the default and must outlive
  // parse(). `value` stands for the value in the help.
  void flag(const std::string& names, bool& target, const std::string& help);
  void text(const std::string& names, const std::string& value, std::string& target, const std::string& help);
  void choice(const std::string& names, std::string& target, const std::vector<std::string>& words,
              const std::string& help);
  void number(const std::string& names, std::uint32_t& target, Range<std::uint32_t> range,
              const std::string& help);
  void number(const std::string& names, std::uint64_t& target, Range<std::uint64_t> range,
              const std::string& help);
  void number(const std::string& names, float& target, Range<float> range, const std::string& help);
  // As number, but `word` means 0.
  void number_or(const std::string& word, const std::string& names, std::uint32_t& target,
                 Range<std::uint32_t> range, const std::string& help);
  // Numbers with commas between them: "1,8,64".
  void numbers(const std::string& names, std::vector<std::uint32_t>& target, Range<std::uint32_t> range,
               const std::string& help);
  void operand(const std::string& name, std::string& target, const std::string& help);  // must be given
  // One or more, up to the end of the line; options may stand between them.
  void operands(const std::string& name, std::vector<std::string>& target, const std::string& help);
  void optional_operand(const std::string& name, std::string& target, const std::string& help);

  // False: help was asked for and has been printed. Mistakes stop the command.
  bool parse(std::span<const std::string> words);
  bool given(const std::string& name) const;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace lentil::tools
