// What lentil doctor says about GPUs.
#pragma once
#include <string>

namespace lentil::tools {

struct CudaReport {
  std::string text;  // lines, the last one without its end
  std::string json;  // an object
  bool pass = true;  // no GPU is no mistake; one that gives wrong bits is
};

// Starts each GPU, lets it compute, and times it beside the processor: some seconds where there are some. In
// a process of its own: a driver that hangs for `seconds`, or crashes, is told as a GPU that cannot be used.
// To be called while this process has one thread.
CudaReport examine_cuda(double seconds);

}  // namespace lentil::tools
