// What the system calls its processor, and its board.
#pragma once
#include <istream>
#include <string>

namespace lentil::tools {

// From lines as those of Linux's /proc/cpuinfo; empty if they name none.
std::string processor_name(std::istream& cpuinfo);

// Of this machine; empty if nobody says.
std::string processor_name();

// "NVIDIA Jetson Orin Nano Developer Kit"; empty on machines that have no name of this kind, as PCs.
std::string board_name();

}  // namespace lentil::tools
