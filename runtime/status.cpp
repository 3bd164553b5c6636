#include "runtime/status.h"

namespace lentil {

const char* status_name(Status status) {
  switch (status) {
    case Status::ok:
      return "ok";
    case Status::file_truncated:
      return "file truncated";
    case Status::not_a_lentil_file:
      return "not a Lentil file";
    case Status::file_corrupt:
      return "file corrupt";
    case Status::checksum_mismatch:
      return "checksum mismatch";
    case Status::format_too_new:
      return "format too new";
    case Status::misaligned_file:
      return "misaligned file";
    case Status::missing_layers:
      return "missing layers";
    case Status::too_many_layers:
      return "too many layers";
    case Status::unknown_layer_type:
      return "unknown layer type";
    case Status::bad_layer_input:
      return "bad layer input";
    case Status::bad_hyperparameter:
      return "bad hyperparameter";
    case Status::missing_tensor:
      return "missing tensor";
    case Status::bad_tensor_size:
      return "bad tensor size";
    case Status::non_finite_weight:
      return "non-finite weight";
    case Status::bad_name:
      return "bad name";
    case Status::bad_input_description:
      return "bad input description";
    case Status::bad_label_count:
      return "bad label count";
    case Status::bad_sample:
      return "bad sample";
    case Status::bad_variance:
      return "bad variance";
    case Status::shape_mismatch:
      return "shape mismatch";
    case Status::empty_output:
      return "empty output";
    case Status::unsupported_layer:
      return "unsupported layer";
    case Status::unsupported_window:
      return "unsupported window";
    case Status::tensor_too_large:
      return "tensor too large";
    case Status::bad_loss:
      return "bad loss";
    case Status::nothing_to_train:
      return "nothing to train";
    case Status::arena_too_small:
      return "arena too small";
    case Status::arena_misaligned:
      return "arena misaligned";
    case Status::plan_memory_too_small:
      return "plan memory too small";
    case Status::bad_batch:
      return "bad batch";
    case Status::bad_threads:
      return "bad threads";
    case Status::wrong_mode:
      return "wrong mode";
    case Status::wrong_input_type:
      return "wrong input type";
    case Status::wrong_size:
      return "wrong size";
    case Status::label_out_of_range:
      return "label out of range";
    case Status::bad_frozen_layer:
      return "bad frozen layer";
    case Status::batch_too_small:
      return "batch too small";
    case Status::flush_to_zero:
      return "flush to zero";
    case Status::non_finite_loss:
      return "non-finite loss";
  }
  return "unknown status";
}

}  // namespace lentil
