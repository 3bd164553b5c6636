// What the terminal at hand can do, and what its user wants of it.
#pragma once
#include <cstddef>
#include <string>

namespace lentil::tools {

enum class Color { automatic, always, never };

// What --color says; automatic until then. Before threads begin.
void choose_color(Color choice);

// Whether the stream, STDOUT_FILENO or STDERR_FILENO, shows colours. With the choice automatic: on a terminal
// (not TERM=dumb) or if CLICOLOR_FORCE is set and not 0, and never if NO_COLOR is set.
bool use_color(int stream);
// Whether COLORTERM says that the terminal knows more colours than 256.
bool knows_all_colors();
// In this colour, if the stream shows any.
std::string colored(int stream, const char* code, const std::string& text);
inline constexpr const char *kGreen = "32", *kBoldRed = "1;31";

bool is_terminal(int stream);
// Whether it is one that can draw a line over again.
bool can_redraw(int stream);
// Of its lines; 80 if it does not tell.
std::size_t columns(int stream);
// Whether the locale's characters are UTF-8.
bool use_utf8();

}  // namespace lentil::tools
