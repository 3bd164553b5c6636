// What has been timed, for people and for programs.
#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tools/bench_case.h"
#include "tools/layer_times.h"
#include "tools/start_up.h"

namespace lentil::tools {

struct BenchReport {
  struct Row {
    std::uint32_t batch, threads;
    BenchTimes times;
  };
  struct Layers {
    std::uint32_t batch;
    LayerTimes times;
  };

  std::string file, goal;
  std::string device = "cpu";  // or the GPU's name
  std::string isa;             // of the processor; on a GPU whose kernels
  std::string images;
  std::size_t distinct_images = 0;
  bool training = false;
  std::uint64_t weights_hash = 0;
  std::uint64_t multiply_adds = 0;    // of one image and call
  std::optional<StartUp> start_up{};  // of an inference
  std::vector<Row> rows{};
  std::vector<Layers> layers{};
};

std::string bench_text(const BenchReport& bench);
nlohmann::ordered_json bench_json(const BenchReport& bench);

}  // namespace lentil::tools
