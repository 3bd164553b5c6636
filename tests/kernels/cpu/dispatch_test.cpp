#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>

#include "kernels/device.h"

using namespace lentil::kernels;

namespace {

// Sets LENTIL_ISA for one test and puts back what was there.
class IsaVariable {
 public:
  explicit IsaVariable(const char* value) {
    if (const char* before = std::getenv("LENTIL_ISA")) before_ = before;
    had_ = std::getenv("LENTIL_ISA") != nullptr;
    setenv("LENTIL_ISA", value, 1);
  }
  ~IsaVariable() { had_ ? setenv("LENTIL_ISA", before_.c_str(), 1) : unsetenv("LENTIL_ISA"); }

 private:
  std::string before_;
  bool had_ = false;
};

}  // namespace

TEST_CASE("the list of instruction sets ends with one that every processor has") {
  REQUIRE(!isas().empty());
  CHECK(isas().back().supported());
  for (const Isa& isa : isas()) CHECK(isa.name == isa.table->isa);
}

TEST_CASE("an instruction set can be asked for by name, and an unknown name is told") {
  for (const Isa& isa : isas()) {
    const CpuKernels found = cpu(isa.name);
    CHECK(found.choice == (isa.supported() ? IsaChoice::ok : IsaChoice::unsupported));
    CHECK(found.table == (isa.supported() ? isa.table : nullptr));
  }
  CHECK(cpu("sse9").choice == IsaChoice::unknown);
  CHECK(cpu("sse9").table == nullptr);
  CHECK(cpu("sse9").requested == "sse9");
}

TEST_CASE("LENTIL_ISA forces an instruction set, and a wrong one is an error") {
  {
    const IsaVariable variable(isas().back().table->isa);
    CHECK(cpu().table == isas().back().table);
  }
  const IsaVariable variable("turbo");
  CHECK(cpu().table == nullptr);
  CHECK(cpu().choice == IsaChoice::unknown);
}
