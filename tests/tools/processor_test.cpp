#include "tools/processor.h"

#include <catch2/catch.hpp>
#include <sstream>

using lentil::tools::processor_name;

namespace {

std::string name_in(const char* text) {
  std::istringstream cpuinfo(text);
  return processor_name(cpuinfo);
}

}  // namespace

TEST_CASE("the processor is called as the system calls it") {
  CHECK(
      name_in(
          "processor\t: 0\nmodel\t\t: 17\nmodel name\t: AMD EPYC 9R14 \nprocessor\t: 1\nmodel name\t: B\n") ==
      "AMD EPYC 9R14");
  CHECK(name_in("processor\t: 0\nCPU part\t: 0xd08\n\nHardware\t: BCM2835\nModel\t\t: Raspberry Pi 4\n") ==
        "Raspberry Pi 4");
}

TEST_CASE("a system that does not name its processor gives no name") {
  CHECK(name_in("").empty());
  CHECK(name_in("processor\t: 0\nmodel name\t:\nno colon\n: nothing\n").empty());
}
