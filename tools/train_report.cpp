#include "tools/train_report.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/output.h"
#include "tools/text.h"
#include "tools/train_log.h"

namespace lentil::tools {
namespace {

void print_json(const TrainReport& r, const Place& place) {
  nlohmann::json json{{"file", r.file},
                      {"weights_hash", hash_text(r.hash)},
                      {"epochs", r.epochs},
                      {"steps", r.steps},
                      {"seconds", r.seconds},
                      {"images_per_second", r.images_per_second},
                      {"isa", place.machine.isa()},
                      {"threads", place.machine.threads()},
                      {"device", place.name()},
                      {"test", {{"correct", r.test.correct}, {"total", r.test.total}, {"loss", r.test.loss}}},
                      {"accuracy", r.test.accuracy()},
                      {"trained", r.trained},
                      {"finished", r.finished}};
  if (r.best_epoch != 0) json["best"] = {{"epoch", r.best_epoch}, {"validation_loss", r.best_loss}};
  tools::print_json(json);
}

// An unfinished file holds the newest weights, a finished one the best.
std::string best_text(const TrainReport& r) {
  if (r.best_epoch == 0) return {};
  return fmt::format("\n{} epoch {} of {}, validation loss {:.4f}",
                     r.finished ? "best weights: those after" : "best so far:", r.best_epoch, r.epochs,
                     r.best_loss);
}

}  // namespace

void print_report(const TrainReport& r, const Place& place, bool json) {
  if (json) return print_json(r, place);
  std::string text = fmt::format("{}: {}, {}, {}", r.file, test_text(r.test), counted(r.epochs, "epoch"),
                                 counted(r.steps, "step"));
  if (r.trained) {
    text += fmt::format(" in {:.1f} s ({} img/s)", r.seconds,
                        grouped(static_cast<std::uint64_t>(r.images_per_second)));
  }
  print_result(text + best_text(r) + "\nweights " + hash_text(r.hash));
}

}  // namespace lentil::tools
