#include "formats/import/guess.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>

#include "formats/import/module_chain.h"
#include "formats/import/parameter_groups.h"

namespace lentil::formats {
namespace {

constexpr std::size_t kMostVisits = 20'000;  // of layers, over all arrangements
constexpr std::size_t kMostChains = 8;

enum class Kind { convolution, linear, batch_norm };

struct Piece {
  ParameterGroup group;
  Kind kind = Kind::linear;
  std::optional<std::uint32_t>
      room;  // modules without parameters between this one and the next; nothing: unknown
};

// "features.3": 3 among those of "features.".
struct Place {
  std::string_view prefix;
  std::optional<std::uint32_t> index;
};
Place place_of(std::string_view name) {
  const std::size_t dot = name.rfind('.') + 1;  // 0 if there is none
  const std::string_view digits = name.substr(dot);
  std::uint32_t index = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  const bool number = error == std::errc{} && end == digits.data() + digits.size();
  return {name.substr(0, dot), number ? std::optional(index) : std::nullopt};
}

std::optional<std::uint32_t> room_between(const std::string& name, const std::string& next) {
  const Place a = place_of(name), b = place_of(next);
  if (!a.index || !b.index || a.prefix != b.prefix || *b.index <= *a.index) return std::nullopt;
  return *b.index - *a.index - 1;
}

Outcome<std::vector<Piece>> pieces_of(const WeightFile& weights) {
  for (const NamedTensor& tensor : weights.tensors) {
    if (tensor.name.find("weight_ih_l") != std::string::npos)
      return Failure{"'" + tensor.name +
                     "' is of a recurrent layer (RNN, LSTM or GRU), which Lentil does not have"};
  }
  std::vector<Piece> pieces;
  for (const ParameterGroup& group : parameter_groups(weights).groups) {
    Piece piece{.group = group, .kind = Kind::linear, .room = {}};
    if (group.name.find_first_of(", \t\r\n") != std::string::npos)
      return Failure{"its names have blanks or commas"};
    if (group.running_mean != nullptr)
      piece.kind = Kind::batch_norm;
    else if (group.rank() == 4)
      piece.kind = Kind::convolution;
    else if (group.rank() != 2)
      return Failure{"nobody can tell what '" + group.weight->name + "' (" +
                     spell_sizes(group.weight->shape) + ") is"};
    if (!pieces.empty()) pieces.back().room = room_between(pieces.back().group.name, group.name);
    pieces.push_back(std::move(piece));
  }
  if (pieces.empty()) return Failure{"it holds no layer's weights"};
  return pieces;
}

// Tries every arrangement, layer by layer.
class Search {
 public:
  Search(const WeightFile& weights, std::span<const Piece> pieces) : weights_(weights), pieces_(pieces) {}

  void from(std::size_t i, const Shape& shape, const std::string& line) {
    if (++visits_ > kMostVisits || chains_.size() >= kMostChains) return;
    if (i == pieces_.size()) {
      chains_.push_back(line);
      return;
    }
    switch (pieces_[i].kind) {
      case Kind::convolution:
        return convolution(i, shape, line);
      case Kind::linear:
        return linear(i, shape, line);
      case Kind::batch_norm:
        if (pieces_[i].group.running_mean->values.size() == shape.channels)
          after(i, shape, joined(line, "bn @" + pieces_[i].group.name));
    }
  }

  std::vector<std::string> chains() { return std::move(chains_); }
  const std::string& stuck() const { return stuck_; }

 private:
  static std::string joined(const std::string& line, const std::string& entry) {
    return line.empty() ? entry : line + ", " + entry;
  }

  std::optional<std::uint32_t> told(const std::string& layer, const char* value) const {
    return module_value(weights_.modules, layer, value);
  }

  void convolution(std::size_t i, const Shape& shape, const std::string& line) {
    const auto& weight = pieces_[i].group.weight->shape;
    const std::string& name = pieces_[i].group.name;
    if (weight[1] == 0 || shape.channels % weight[1] != 0 || shape.plane() <= 1) return;
    const std::uint32_t groups = shape.channels / weight[1], stride = told(name, "stride").value_or(1);
    std::vector<std::uint32_t> paddings{told(name, "padding").value_or(0)};
    if (!told(name, "padding") && weight[2] % 2 == 1 && weight[2] > 1) paddings.push_back(weight[2] / 2);
    for (const std::uint32_t padding : paddings) {
      const auto side = [&](std::uint32_t length, std::uint32_t kernel) {
        const std::uint32_t padded = length + 2 * padding;
        return padded < kernel || stride == 0 ? 0 : (padded - kernel) / stride + 1;
      };
      const Shape out{weight[0], side(shape.height, weight[2]), side(shape.width, weight[3])};
      if (out.plane() == 0) continue;
      std::string entry = "conv @" + name;
      if (stride != 1) entry += " s" + std::to_string(stride);
      if (padding != 0) entry += " p" + std::to_string(padding);
      if (groups != 1) entry += " g" + std::to_string(groups);
      after(i, out, joined(line, entry));
    }
  }

  void linear(std::size_t i, const Shape& shape, const std::string& line) {
    const NamedTensor& weight = *pieces_[i].group.weight;
    if (weight.shape[1] != shape.count()) {
      stuck_ = "'" + weight.name + "' (" + spell_sizes(weight.shape) + ")";
      return;
    }
    const bool flat = shape.plane() == 1 && i > 0 && pieces_[i - 1].kind == Kind::linear;
    const std::string flattened =
        flat || line.find("flatten") != std::string::npos ? line : joined(line, "flatten");
    after(i, {weight.shape[0], 1, 1}, joined(flattened, "linear @" + pieces_[i].group.name));
  }

  // What stands between this layer and the next one: an activation, and behind maps a pool or none.
  void after(std::size_t i, const Shape& shape, std::string line) {
    if (i + 1 == pieces_.size()) return from(i + 1, shape, line);
    const std::optional<std::uint32_t> room = pieces_[i].room;
    const bool next_is_norm = pieces_[i + 1].kind == Kind::batch_norm;
    const bool activated = room ? *room > 0 : !next_is_norm;
    if (activated) line = joined(line, "relu");
    from(i + 1, shape, line);
    const bool pooled = shape.plane() > 1 && (room ? *room > 1 : !next_is_norm);
    if (pooled && shape.height >= 2 && shape.width >= 2)
      from(i + 1, {shape.channels, shape.height / 2, shape.width / 2}, joined(line, "maxpool 2"));
  }

  const WeightFile& weights_;
  std::span<const Piece> pieces_;
  std::size_t visits_ = 0;
  std::vector<std::string> chains_;
  std::string stuck_;
};

}  // namespace

Outcome<std::vector<std::string>> guess_chains(const WeightFile& weights, const Shape& input) {
  const auto pieces = pieces_of(weights);
  if (!pieces) return pieces.error();
  Search search(weights, *pieces);
  search.from(0, input, "");
  std::vector<std::string> chains = search.chains();
  if (!chains.empty()) return chains;
  std::string why = "no arrangement of paddings and 2x2 pools makes its layers fit together";
  if (!search.stuck().empty()) why += ": none gives " + search.stuck() + " its inputs";
  return Failure{why};
}

}  // namespace lentil::formats
