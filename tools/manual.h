// What there is to say about the program as a whole.
#pragma once
#include <string>

namespace lentil::tools {

std::string overview();  // `lentil --help`
std::string man_page();  // lentil(1) in roff, with the options of every command

}  // namespace lentil::tools
