#include "runtime/status.h"

#include <algorithm>
#include <array>

namespace lentil {
namespace {

struct Name {
  Status status;
  const char* text;
};

constexpr std::array kNames{
    Name{Status::ok, "ok"},
    Name{Status::file_truncated, "file truncated"},
    Name{Status::not_a_lentil_file, "not a Lentil file"},
    Name{Status::file_corrupt, "file corrupt"},
    Name{Status::checksum_mismatch, "checksum mismatch"},
    Name{Status::format_too_new, "format too new"},
    Name{Status::misaligned_file, "misaligned file"},
    Name{Status::missing_layers, "missing layers"},
    Name{Status::too_many_layers, "too many layers"},
    Name{Status::unknown_layer_type, "unknown layer type"},
    Name{Status::bad_layer_input, "bad layer input"},
    Name{Status::bad_hyperparameter, "bad hyperparameter"},
    Name{Status::missing_tensor, "missing tensor"},
    Name{Status::bad_tensor_size, "bad tensor size"},
    Name{Status::non_finite_weight, "non-finite weight"},
    Name{Status::bad_name, "bad name"},
    Name{Status::bad_input_description, "bad input description"},
    Name{Status::bad_label_count, "bad label count"},
    Name{Status::bad_sample, "bad sample"},
    Name{Status::bad_variance, "bad variance"},
    Name{Status::shape_mismatch, "shape mismatch"},
    Name{Status::empty_output, "empty output"},
    Name{Status::unsupported_layer, "unsupported layer"},
    Name{Status::unsupported_window, "unsupported window"},
    Name{Status::tensor_too_large, "tensor too large"},
    Name{Status::bad_loss, "bad loss"},
    Name{Status::nothing_to_train, "nothing to train"},
    Name{Status::unsupported_preparation, "unsupported preparation"},
    Name{Status::arena_too_small, "arena too small"},
    Name{Status::arena_misaligned, "arena misaligned"},
    Name{Status::plan_memory_too_small, "plan memory too small"},
    Name{Status::bad_batch, "bad batch"},
    Name{Status::bad_threads, "bad threads"},
    Name{Status::wrong_mode, "wrong mode"},
    Name{Status::wrong_input_type, "wrong input type"},
    Name{Status::wrong_size, "wrong size"},
    Name{Status::label_out_of_range, "label out of range"},
    Name{Status::bad_frozen_layer, "bad frozen layer"},
    Name{Status::batch_too_small, "batch too small"},
    Name{Status::bad_picture, "bad picture"},
    Name{Status::no_ink, "no ink"},
    Name{Status::too_many_dimensions, "too many dimensions"},
    Name{Status::too_many_indices, "too many indices"},
    Name{Status::bad_dimension, "bad dimension"},
    Name{Status::index_out_of_range, "index out of range"},
    Name{Status::bad_slice, "bad slice"},
    Name{Status::bad_size, "bad size"},
    Name{Status::bad_reshape, "bad reshape"},
    Name{Status::not_viewable, "not viewable"},
    Name{Status::bad_permutation, "bad permutation"},
    Name{Status::no_corrections, "no corrections"},
    Name{Status::missing_argument, "missing argument"},
    Name{Status::arena_overlaps, "arena overlaps the model"},
    Name{Status::bad_option, "bad option"},
    Name{Status::storage_failed, "storage failed"},
    Name{Status::slot_too_small, "slot too small"},
    Name{Status::bad_write_unit, "bad write unit"},
    Name{Status::slot_empty, "slot empty"},
    Name{Status::slot_damaged, "slot damaged"},
    Name{Status::slot_of_other_base, "slot of another base"},
    Name{Status::slot_too_new, "slot too new"},
    Name{Status::slot_not_verified, "slot not verified"},
    Name{Status::other_layers, "other layers"},
    Name{Status::nothing_to_undo, "nothing to undo"},
    Name{Status::golden_mismatch, "golden mismatch"},
    Name{Status::flush_to_zero, "flush to zero"},
    Name{Status::non_finite_loss, "non-finite loss"},
};

}  // namespace

const char* status_name(Status status) {
  const auto found =
      std::find_if(kNames.begin(), kNames.end(), [&](const Name& name) { return name.status == status; });
  return found == kNames.end() ? "unknown status" : found->text;
}

}  // namespace lentil
