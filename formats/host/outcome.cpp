#include "formats/host/outcome.h"

#include <string_view>

namespace lentil::formats {
namespace {

// %w where, %n needed, %g given.
std::string_view pattern(Status status) {
  switch (status) {
    case Status::ok:
      return "no error";
    case Status::file_truncated:
      return "the file is cut short: it needs %n bytes and has %g";
    case Status::not_a_lentil_file:
      return "this is no Lentil model: the identifier LNTL is missing";
    case Status::file_corrupt:
      return "the file is damaged: a size or an offset in it is impossible";
    case Status::checksum_mismatch:
      return "the file is damaged: its checksum is %n, its contents give %g";
    case Status::format_too_new:
      return "the file needs features (bits %g) that this version does not know: update Lentil";
    case Status::misaligned_file:
      return "the data must start at a multiple of %n bytes and start %g beyond one";
    case Status::missing_layers:
      return "the file holds no layer";
    case Status::too_many_layers:
      return "the file has %g layers, more than the limit of %n";
    case Status::unknown_layer_type:
      return "layer %w is of type %g, which this version does not know";
    case Status::bad_layer_input:
      return "layer %w takes input %g, which is no earlier layer";
    case Status::bad_hyperparameter:
      return "layer %w has an impossible setting: needed %n, given %g";
    case Status::missing_tensor:
      return "layer %w lacks a tensor of %n values";
    case Status::bad_tensor_size:
      return "layer %w has a tensor of the wrong size: needed %n, given %g";
    case Status::non_finite_weight:
      return "layer %w holds a NaN or an infinity at position %g";
    case Status::bad_name:
      return "layer %w has no name, a name in use, or one that is too long";
    case Status::bad_input_description:
      return "the description of the network's input makes no sense: needed %n, given %g";
    case Status::bad_label_count:
      return "the network has %n outputs and %g labels";
    case Status::bad_sample:
      return "sample %w does not suit the network: needed %n, given %g";
    case Status::shape_mismatch:
      return "layer %w takes %n channels or features, and %g arrive";
    case Status::empty_output:
      return "layer %w has a window larger than its input";
    case Status::unsupported_layer:
      return "layer %w is of a type that this build does not run";
    case Status::unsupported_window:
      return "layer %w has a window of %g, more than the limit of %n";
    case Status::tensor_too_large:
      return "layer %w makes a tensor of %g bytes, more than the limit of %n";
    case Status::bad_loss:
      return "this loss does not suit the network's output";
    case Status::nothing_to_train:
      return "nothing to train: every layer with parameters is frozen";
    case Status::arena_too_small:
      return "arena too small: needed %n bytes, given %g";
    case Status::arena_misaligned:
      return "the arena must start at a multiple of %n bytes and starts %g beyond one";
    case Status::plan_memory_too_small:
      return "memory for the plan too small: needed %n bytes, given %g";
    case Status::bad_batch:
      return "a batch of %g images where 1 to %n fit";
    case Status::bad_threads:
      return "%g threads where 1 to %n are possible";
    case Status::wrong_mode:
      return "training needs a plan that was made for training";
    case Status::wrong_input_type:
      return "pixels where the plan has floats, or the other way round";
    case Status::wrong_size:
      return "wrong size: needed %n values, given %g";
    case Status::label_out_of_range:
      return "image %w has label %g, and there are %n classes";
    case Status::bad_frozen_layer:
      return "there is no layer %g to freeze";
    case Status::flush_to_zero:
      return "this thread flushes subnormal numbers to zero, which changes results: switch that off";
    case Status::non_finite_loss:
      return "training diverged: the loss is no finite number; lower the learning rate";
    case Status::unknown_isa:
      return "no instruction set of this name";
    case Status::unsupported_isa:
      return "this machine lacks the instruction set that was asked for";
  }
  return "unknown error";
}

}  // namespace

std::string explain(const Error& error) {
  const std::string_view text = pattern(error.status);
  std::string sentence;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      sentence += text[i];
      continue;
    }
    switch (text[++i]) {
      case 'w':
        sentence += std::to_string(error.where);
        break;
      case 'n':
        sentence += std::to_string(error.needed);
        break;
      default:
        sentence += std::to_string(error.given);
        break;
    }
  }
  return sentence;
}

}  // namespace lentil::formats
