#include "tools/bench_report.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/text.h"

namespace lentil::tools {
namespace {

double percent(double multiply_adds, double seconds, double peak) {
  return 100 * multiply_adds / seconds / peak;
}

double percent_of_peak(const BenchReport& bench, const BenchReport::Row& row) {
  return percent(static_cast<double>(bench.multiply_adds) * row.batch, row.times.p50, row.times.peak);
}

double percent_of_peak(const BenchReport::Layers& rows, const StepTime& step) {
  return percent(static_cast<double>(step.multiply_adds) * rows.batch, step.seconds, rows.times.peak);
}

double micros(double seconds) { return seconds * 1e6; }

std::string start_up_text(const StartUp& times) {
  const std::string map = times.map ? fmt::format("map {:.1f} us, ", micros(*times.map)) : "";
  return fmt::format(
      "start-up: {}open {:.1f} us (checksum {:.1f} us), plan {:.1f} us, pack {:.1f} us; {:.1f} us in all\n",
      map, micros(times.open), micros(times.checksum), micros(times.plan), micros(times.pack),
      micros(times.total()));
}

nlohmann::ordered_json start_up_json(const StartUp& times) {
  nlohmann::ordered_json json;
  if (times.map) json["map_us"] = micros(*times.map);
  json["open_us"] = micros(times.open);
  json["checksum_us"] = micros(times.checksum);
  json["plan_us"] = micros(times.plan);
  json["pack_us"] = micros(times.pack);
  json["total_us"] = micros(times.total());
  return json;
}

std::string rows_text(const BenchReport& bench) {
  std::string text =
      fmt::format("\n{:>6}{:>9}{:>11}{:>11}{:>11}{:>11}{:>14}{:>11}{:>11}\n", "batch", "threads", "p50 us",
                  "p99 us", "us/image", "images/s", "arena bytes", "peak G/s", "% of peak");
  for (const BenchReport::Row& row : bench.rows) {
    const BenchTimes& t = row.times;
    text += fmt::format("{:>6}{:>9}{:>11.2f}{:>11.2f}{:>11.2f}{:>11.0f}{:>14}", row.batch, row.threads,
                        micros(t.p50), micros(t.p99), micros(t.p50) / row.batch, t.images_per_second,
                        grouped(t.arena));
    text += t.peak > 0 ? fmt::format("{:>11.1f}{:>11.1f}\n", t.peak * 1e-9, percent_of_peak(bench, row))
                       : fmt::format("{:>11}{:>11}\n", "-", "-");
  }
  return text;
}

std::string layers_text(const BenchReport::Layers& rows) {
  std::string text = fmt::format("\n{:<36}{:<11}{:>10}{:>9}{:>14}{:>11}\n",
                                 fmt::format("layers, batch {}, 1 thread", rows.batch), "kernel", "us/image",
                                 "share", "multiply-adds", "% of peak");
  for (const StepTime& step : rows.times.steps) {
    text += fmt::format("{:<36}{:<11}{:>10.3f}{:>7.1f} %{:>14}{:>11.1f}\n", step.layers, step.kernel,
                        micros(step.seconds) / rows.batch, 100 * step.seconds / rows.times.total,
                        grouped(step.multiply_adds), percent_of_peak(rows, step));
  }
  return text;
}

nlohmann::ordered_json layers_json(const BenchReport::Layers& rows) {
  auto json = nlohmann::ordered_json::array();
  for (const StepTime& step : rows.times.steps) {
    json.push_back({{"layers", step.layers},
                    {"kernel", step.kernel},
                    {"us_per_image", micros(step.seconds) / rows.batch},
                    {"multiply_adds", step.multiply_adds},
                    {"percent_of_peak", percent_of_peak(rows, step)}});
  }
  return {{"batch", rows.batch}, {"threads", 1}, {"steps", json}};
}

}  // namespace

std::string bench_text(const BenchReport& bench) {
  const bool on_cpu = bench.device == "cpu";
  std::string text =
      fmt::format("{}: {} of {} {}, {}\n", bench.file, bench.training ? "training steps" : "inference",
                  grouped(bench.distinct_images), bench.images,
                  on_cpu ? fmt::format("{}, goal {}", bench.isa, bench.goal)
                         : fmt::format("{}, {}", bench.device, bench.isa));
  text += fmt::format("{} multiply-adds for an image, those with zeros too", grouped(bench.multiply_adds));
  text += on_cpu ? "; peak: fma that waits for nothing\n" : "\n";
  if (bench.start_up) text += start_up_text(*bench.start_up);
  text += rows_text(bench);
  for (const BenchReport::Layers& rows : bench.layers) text += layers_text(rows);
  text.pop_back();
  return text;
}

nlohmann::ordered_json bench_json(const BenchReport& bench) {
  nlohmann::ordered_json json{{"file", bench.file},
                              {"weights_hash", hash_text(bench.weights_hash)},
                              {"mode", bench.training ? "train" : "infer"},
                              {"images", bench.images},
                              {"distinct_images", bench.distinct_images},
                              {"device", bench.device},
                              {"isa", bench.isa},
                              {"goal", bench.goal},
                              {"multiply_adds", bench.multiply_adds}};
  if (bench.start_up) json["start_up"] = start_up_json(*bench.start_up);
  for (const BenchReport::Row& row : bench.rows) {
    const BenchTimes& t = row.times;
    json["runs"].push_back({{"batch", row.batch},
                            {"threads", row.threads},
                            {"calls", t.calls},
                            {"p50_us", micros(t.p50)},
                            {"p99_us", micros(t.p99)},
                            {"us_per_image", micros(t.p50) / row.batch},
                            {"images_per_second", t.images_per_second},
                            {"arena_bytes", t.arena}});
    if (t.peak == 0) continue;
    json["runs"].back()["peak_multiply_adds_per_second"] = t.peak;
    json["runs"].back()["percent_of_peak"] = percent_of_peak(bench, row);
  }
  for (const BenchReport::Layers& rows : bench.layers) json["layers"].push_back(layers_json(rows));
  return json;
}

}  // namespace lentil::tools
