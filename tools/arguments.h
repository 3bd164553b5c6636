// The options of one command: declared, read from the command line, the environment and configuration files,
// and shown as help.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tools/command.h"
#include "tools/option.h"

namespace lentil::tools {

template <class T>
struct Range {
  T least, most;
};

// Where values come from: the words alone, whatever the machine at hand is set to, or its settings too.
enum class Sources { words, all };

class Arguments {
 public:
  explicit Arguments(const Command& command);
  ~Arguments();
  Arguments(Arguments&& other) noexcept;
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
  // One or more, up to the end of the line; options may stand between them.
  void operands(const std::string& name, std::vector<std::string>& target, const std::string& help);
  // Must be given. If there are `words` it is one of them.
  void operand(const std::string& name, std::string& target, const std::string& help,
               const std::vector<std::string>& words = {});
  void optional_operand(const std::string& name, std::string& target, const std::string& help);

  // False: help was asked for and has been printed. Mistakes stop the command. Words rule over settings,
  // these over defaults.
  bool parse(std::span<const std::string> words, Sources sources = Sources::all);
  // Whether it was among the words.
  bool given(const std::string& name) const;

  // All that has been declared, in this order.
  std::span<const Option> options() const;
  // A command's, to be looked at.
  static Arguments of(const Command& command);

 private:
  struct Parser;
  void declare_common();
  template <class T>
  void add_number(const std::string& names, const std::string& value, T& target, Range<T> range,
                  const std::string& help);

  std::unique_ptr<Parser> parser_;
};

}  // namespace lentil::tools
