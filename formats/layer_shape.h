// What comes out of a layer, for those who put networks together and want a sentence where it cannot be.
#pragma once
#include <span>
#include <string>

#include "formats/host/outcome.h"
#include "runtime/model.h"

namespace lentil::formats {

std::string spell(const Shape& shape);    // "16x4x4"
std::string spell(const Extent& extent);  // "5x5"

// Of a layer that reads tensors of these shapes, one for each of its inputs. The failure does not name the
// layer.
Outcome<Shape> layer_shape(const Layer& layer, std::span<const Shape> inputs);

}  // namespace lentil::formats
