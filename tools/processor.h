// What the system calls its processor.
#pragma once
#include <istream>
#include <string>

namespace lentil::tools {

// From lines as those of Linux's /proc/cpuinfo; empty if they name none.
std::string processor_name(std::istream& cpuinfo);

// Of this machine; empty if nobody says.
std::string processor_name();

}  // namespace lentil::tools
