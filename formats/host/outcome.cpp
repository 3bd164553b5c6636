#include "formats/host/outcome.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace lentil::formats {
namespace {

struct Sentence {
  Status status;
  std::string_view text;  // %w where, %n needed, %g given, %s given, signed
};

constexpr std::array kSentences{
    Sentence{Status::ok, "no error"},
    Sentence{Status::file_truncated, "the file is cut short: it needs %n bytes and has %g"},
    Sentence{Status::not_a_lentil_file, "this is no Lentil model: the identifier LNTL is missing"},
    Sentence{Status::file_corrupt, "the file is damaged: a size or an offset in it is impossible"},
    Sentence{Status::checksum_mismatch, "the file is damaged: its checksum is %n, its contents give %g"},
    Sentence{Status::format_too_new,
             "the file needs features (bits %g) that this version does not know: update Lentil"},
    Sentence{Status::misaligned_file,
             "the data must start at a multiple of %n bytes and start %g beyond one"},
    Sentence{Status::missing_layers, "the file holds no layer"},
    Sentence{Status::too_many_layers, "the file has %g layers, more than the limit of %n"},
    Sentence{Status::unknown_layer_type, "layer %w is of type %g, which this version does not know"},
    Sentence{Status::bad_layer_input, "layer %w takes input %g, which is no earlier layer"},
    Sentence{Status::bad_hyperparameter, "layer %w has an impossible setting: needed %n, given %g"},
    Sentence{Status::missing_tensor, "layer %w lacks a tensor of %n values"},
    Sentence{Status::bad_tensor_size, "layer %w has a tensor of the wrong size: needed %n, given %g"},
    Sentence{Status::non_finite_weight, "layer %w holds a NaN or an infinity at position %g"},
    Sentence{Status::bad_name, "layer %w has no name, a name in use, or one that is too long"},
    Sentence{Status::bad_input_description,
             "the description of the network's input makes no sense: needed %n, given %g"},
    Sentence{Status::bad_label_count, "the network has %n outputs and %g labels"},
    Sentence{Status::bad_sample, "sample %w does not suit the network: needed %n, given %g"},
    Sentence{Status::bad_variance, "layer %w, a batch-norm, has no positive variance in channel %g"},
    Sentence{Status::shape_mismatch, "layer %w takes %n channels or features, and %g arrive"},
    Sentence{Status::empty_output,
             "layer %w has a window larger than its input, or one that sees only padding"},
    Sentence{Status::unsupported_layer,
             "layer %w is of a type that this build does not run, or is read by no other layer and cannot be "
             "trained"},
    Sentence{Status::unsupported_window, "layer %w has a window of %g, more than the limit of %n"},
    Sentence{Status::tensor_too_large, "layer %w makes a tensor of %g bytes, more than the limit of %n"},
    Sentence{
        Status::bad_loss,
        "this loss, or its smoothing, does not suit the network's output: classes need two outputs or more, "
        "the mean squared error no smoothing"},
    Sentence{Status::nothing_to_train,
             "nothing to train: there is no layer with parameters that is not frozen"},
    Sentence{Status::unsupported_preparation,
             "the preparation of pictures that the file asks for cannot be done: step %w"},
    Sentence{Status::arena_too_small, "arena too small: needed %n bytes, given %g"},
    Sentence{Status::arena_misaligned,
             "the arena must start at a multiple of %n bytes and starts %g beyond one"},
    Sentence{Status::plan_memory_too_small, "memory for the plan too small: needed %n bytes, given %g"},
    Sentence{Status::bad_batch, "a batch of %g images where 1 to %n fit"},
    Sentence{Status::bad_threads, "%g threads where 1 to %n are possible"},
    Sentence{Status::wrong_mode, "training needs a plan that was made for training"},
    Sentence{Status::wrong_input_type, "pixels where the plan has floats, or the other way round"},
    Sentence{Status::wrong_size, "wrong size: needed %n values, given %g"},
    Sentence{Status::label_out_of_range, "image %w has label %g, and there are %n classes"},
    Sentence{Status::bad_frozen_layer, "there is no layer %g to freeze"},
    Sentence{
        Status::batch_too_small,
        "layer %w, a batch-norm, cannot learn from a batch with a single value of a channel: take larger "
        "batches"},
    Sentence{Status::bad_picture, "the picture's size or stride is impossible: needed %n, given %g"},
    Sentence{Status::no_ink, "nothing stands out in the picture: it looks empty"},
    Sentence{Status::too_many_dimensions, "%g dimensions, more than the limit of %n"},
    Sentence{Status::too_many_indices, "%g indices for a tensor of %n dimensions"},
    Sentence{Status::bad_dimension, "there is no dimension %s in a tensor of %n"},
    Sentence{Status::index_out_of_range, "index %s is out of range: dimension %w has size %n"},
    Sentence{Status::bad_slice,
             "index %w (from 0) is none: expected are numbers, ranges such as 1:3 or ::2, and one '...'"},
    Sentence{Status::bad_size, "dimension %w cannot have size %s"},
    Sentence{Status::bad_reshape, "%n values do not fill the new shape, whose sizes make %g"},
    Sentence{Status::not_viewable,
             "the values do not lie in the order of the new shape: copy them first, then reshape the copy"},
    Sentence{Status::bad_permutation, "an order of %n dimensions must name each of them once"},
    Sentence{Status::no_corrections, "there are no corrections to learn from"},
    Sentence{Status::missing_argument, "argument %w (from 0) is missing, or a null pointer"},
    Sentence{Status::arena_overlaps, "the arena shares %g bytes with the model's %n"},
    Sentence{Status::bad_option, "option %w (from 0) is %g, and there are values up to %n"},
    Sentence{Status::storage_failed, "the storage failed in slot %w: %g bytes at offset %n"},
    Sentence{Status::slot_too_small, "a slot of storage needs %n bytes and has %g"},
    Sentence{Status::bad_write_unit, "a write unit of %g bytes: it must be a power of two, %n at most"},
    Sentence{Status::slot_empty, "the slot is empty"},
    Sentence{Status::slot_damaged,
             "the slot is damaged, or its saving was cut short: its checksum is %n, its contents give %g"},
    Sentence{Status::slot_of_other_base,
             "the slot belongs to another model file: that one's checksum is %g, this one's is %n"},
    Sentence{Status::slot_too_new,
             "the slot has format %g, and this version knows formats up to %n: update Lentil"},
    Sentence{Status::slot_not_verified,
             "the slot does not hold what was written to it: its checksum should be %n and is %g"},
    Sentence{Status::other_layers,
             "the slot holds weights of layer %w, which this plan does not train: plan as when it was saved"},
    Sentence{Status::nothing_to_undo, "nothing to undo: what was there before is no longer stored"},
    Sentence{Status::golden_mismatch,
             "this machine computes other outputs than the one that saved: golden sample %w"},
    Sentence{Status::flush_to_zero,
             "this thread flushes subnormal numbers to zero, which changes results: switch that off"},
    Sentence{Status::non_finite_loss,
             "training diverged: the loss is no finite number; lower the learning rate"},
};

std::string_view pattern(Status status) {
  const auto found = std::find_if(kSentences.begin(), kSentences.end(),
                                  [&](const Sentence& sentence) { return sentence.status == status; });
  return found == kSentences.end() ? "unknown error" : found->text;
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
      case 's':
        sentence += std::to_string(static_cast<std::int64_t>(error.given));
        break;
      default:
        sentence += std::to_string(error.given);
        break;
    }
  }
  return sentence;
}

}  // namespace lentil::formats
