#include "runtime/linked_ops.h"

namespace lentil {

const OpDef* find_op(LayerType type) {
  for (const OpDef* op : linked_ops().ops) {
    if (op->type == type) return op;
  }
  return nullptr;
}

// Planning has refused types that are not linked.
const OpDef& op_of(const Step& step) { return step.layer == kNoIndex ? kPixels : *find_op(step.type); }

}  // namespace lentil
