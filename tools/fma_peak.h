// What the processor could do at most, at this moment: the yardstick beside a measurement.
#pragma once
#include <cstdint>
#include <vector>

#include "tools/machine.h"

namespace lentil::tools {

// Measured by probes as long as the calls that they are compared with: what other programs take away hits
// both in the same way.
class FmaPeak {
 public:
  FmaPeak(Machine& machine, double seconds_of_call);

  void probe();  // some milliseconds

  // Fused multiply-adds that all threads of the machine together do in a second, in the instruction set of
  // its kernels: the median of the probes.
  double per_second() const;

 private:
  double measure() const;

  Machine& machine_;
  double seconds_;  // of one probe
  std::vector<float> rates_;
};

}  // namespace lentil::tools
