// Where networks run: the kernels of one instruction set, and threads.
#pragma once
#include <string>

#include "formats/host/aligned_bytes.h"
#include "formats/host/fit.h"
#include "formats/host/thread_pool.h"
#include "formats/model_file.h"
#include "runtime/session.h"
#include "runtime/trainer.h"

namespace lentil::tools {

// What is wrong with the instruction set that LENTIL_ISA asks for, and which there are; empty if nothing is.
std::string isa_problem(const kernels::CpuKernels& choice);

class Machine {
 public:
  static constexpr std::uint32_t kMostThreads = 1024;

  // 0 threads: as many as there are cores. Stops if LENTIL_ISA asks for what is not there.
  explicit Machine(std::uint32_t threads);
  Machine(const kernels::KernelTable& kernels, std::uint32_t threads);

  const kernels::KernelTable& kernels() const { return kernels_; }
  std::string isa() const { return kernels_.isa; }
  std::uint32_t threads() const { return pool_.threads(); }
  ParallelFor hook() { return pool_.hook(); }

 private:
  const kernels::KernelTable& kernels_;
  formats::ThreadPool pool_;
};

// A plan in memory of its own. Stops if the network cannot be run, or trained.
class OwnedPlan {
 public:
  OwnedPlan(const Model& model, const PlanOptions& options);
  const Plan& operator*() const { return *plan_; }
  const Plan* operator->() const { return plan_; }

 private:
  formats::AlignedBytes memory_;
  const Plan* plan_;
};

// A session in memory of its own; borrows the model and the machine. Threads are set to the machine's.
class OwnedSession {
 public:
  OwnedSession(Machine& machine, const Model& model, PlanOptions options);
  Session* operator->() { return &session_; }
  Session& operator*() { return session_; }

 private:
  OwnedSession(Machine& machine, const Model& model, const OwnedPlan& plan);

  formats::AlignedBytes arena_;
  Session session_;
};

// Values that the network gives for one image.
std::size_t output_count(const Model& model);

// What the network makes of the data, `batch` images at a time.
formats::TestResult test_model(Machine& machine, const formats::ModelFile& file, const formats::Dataset& data,
                               std::uint32_t batch);

// 16 hex digits.
std::string hash_text(std::uint64_t hash);

}  // namespace lentil::tools
