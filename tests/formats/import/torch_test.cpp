#include <catch2/catch.hpp>
#include <cmath>

#include "formats/host/zip_archive.h"
#include "formats/import/importer.h"
#include "tests/formats/import/pickle_text.h"
#include "tests/golden/formula.h"

using namespace lentil;
using namespace lentil::formats;
using namespace lentil::test;
using Catch::Contains;

namespace {

// As make_torch_files.py makes them.
const std::vector<NamedTensor> kTensors = [] {
  std::vector<NamedTensor> tensors{{"conv1.weight", {2, 1, 3, 3}, {}, "float32"},
                                   {"conv1.bias", {2}, {}, "float32"},
                                   {"fc.weight", {3, 8}, {}, "float32"},
                                   {"fc.bias", {3}, {}, "float32"}};
  for (std::uint32_t stream = 0; NamedTensor & tensor : tensors) {
    std::size_t count = 1;
    for (const std::uint32_t size : tensor.shape) count *= size;
    tensor.values = golden::formula_values(stream++, count);
    for (float& value : tensor.values) value = std::nearbyint(value * 64) / 64;
  }
  return tensors;
}();

Outcome<Imported> import_data(const std::string& name) {
  return import_file(std::string(LENTIL_SOURCE_DIR "/tests/formats/import/data/torch_") + name);
}

Imported imported(const std::string& name) {
  auto imported = import_data(name);
  if (!imported) FAIL(imported.error().message);
  return std::move(*imported);
}

void check_tensors(const Imported& imported, const std::string& type) {
  const auto& tensors = std::get<WeightFile>(imported.contents).tensors;
  REQUIRE(tensors.size() == kTensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    INFO(tensors[i].name);
    CHECK(tensors[i].name == kTensors[i].name);
    CHECK(tensors[i].shape == kTensors[i].shape);
    CHECK(tensors[i].values == kTensors[i].values);
    CHECK(tensors[i].type == type);
  }
}

const ModuleNote& module_named(const Imported& imported, const std::string& name) {
  const auto& modules = std::get<WeightFile>(imported.contents).modules;
  const auto found = std::ranges::find(modules, name, &ModuleNote::name);
  REQUIRE(found != modules.end());
  return *found;
}

std::string all_notes(const Imported& imported) {
  std::string notes;
  for (const std::string& note : imported.notes) notes += note + "\n";
  return notes;
}

Outcome<Imported> import_pickle(const std::string& body) {
  return import_source({"x.pt", bytes_of(pickled(body))});
}

std::vector<std::string> tensor_names(const Outcome<Imported>& imported) {
  if (!imported) return {imported.error().message};
  std::vector<std::string> names;
  for (const NamedTensor& tensor : std::get<WeightFile>(imported->contents).tensors)
    names.push_back(tensor.name);
  return names;
}

const std::string kArray = array(1, "f4", std::string("\0\0\x80\x3F", 4));

}  // namespace

TEST_CASE("torch files give the tensors of a state_dict, in the new container and the old one") {
  const Imported zip = imported("zip.pt");
  CHECK(zip.format == "PyTorch file");
  CHECK(zip.notes.empty());
  CHECK(std::get<WeightFile>(zip.contents).modules.empty());
  check_tensors(zip, "float32");
  const Imported legacy = imported("legacy.pt");
  CHECK(legacy.format == "PyTorch file from before 1.6");
  check_tensors(legacy, "float32");
}

TEST_CASE("torch files of half, bfloat16 and double tensors give their values as floats") {
  check_tensors(imported("half.pt"), "float16");
  check_tensors(imported("bfloat16.pt"), "bfloat16");
  check_tensors(imported("double.pt"), "float64");
}

TEST_CASE("tensors of torch files that share a storage or skip elements are put in order") {
  check_tensors(imported("strided.pt"), "float32");
  check_tensors(imported("strided_legacy.pt"), "float32");
}

TEST_CASE("a checkpoint's model is found beside its optimizer") {
  const Imported checkpoint = imported("checkpoint.pt");
  check_tensors(checkpoint, "float32");
  CHECK_THAT(all_notes(checkpoint), Contains("optimizer") && Contains("(4)"));
}

TEST_CASE("the prefix of DataParallel is left out, and the notes say so") {
  const Imported parallel = imported("parallel.pt");
  check_tensors(parallel, "float32");
  CHECK_THAT(all_notes(parallel), Contains("'module.'"));
}

TEST_CASE("a whole pickled module tells its tensors and hyperparameters in the order of registration") {
  for (const std::string name : {"module.pt", "module_legacy.pt"}) {
    INFO(name);
    const Imported module = imported(name);
    CHECK_THAT(all_notes(module), Contains("no code was executed") && Contains("counters of batches (1)"));
    const auto& weights = std::get<WeightFile>(module.contents);
    std::vector<std::string> names;
    for (const NamedTensor& tensor : weights.tensors) names.push_back(tensor.name);
    CHECK(names == std::vector<std::string>{"conv1.weight", "conv1.bias", "norm.weight", "norm.bias",
                                            "norm.running_mean", "norm.running_var", "head.1.weight",
                                            "head.3.weight", "head.3.bias"});
    CHECK(weights.find("head.3.weight")->values == kTensors[2].values);
    std::string types;
    for (const ModuleNote& note : weights.modules) types += note.name + ":" + note.type + " ";
    CHECK(types ==
          ":Sequential conv1:Conv2d norm:BatchNorm2d relu:ReLU pool:MaxPool2d head:Sequential head.0:Flatten "
          "head.1:Linear head.2:ReLU head.3:Linear ");
    CHECK(module_named(module, "conv1").values.at("padding") == std::vector<double>{2, 2, 2, 2});
    CHECK(module_named(module, "conv1").values.at("dilation") == std::vector<double>{2, 2});
    CHECK(module_named(module, "norm").values.at("eps") == std::vector<double>{0.25});
    CHECK(module_named(module, "pool").values.at("ceil_mode") == std::vector<double>{1});
  }
}

TEST_CASE("scripted and traced networks give their tensors, and what their convolutions do") {
  for (const std::string name : {"scripted.pt", "traced.pt"}) {
    INFO(name);
    const Imported script = imported(name);
    CHECK(script.format == "TorchScript archive");
    CHECK_THAT(all_notes(script), Contains("no code was executed"));
    check_tensors(script, "float32");
    CHECK(module_named(script, "").type == "Tiny");
    CHECK(module_named(script, "conv1").type == "Conv2d");
    CHECK(module_named(script, "conv1").values.at("stride") == std::vector<double>{2, 2});
    CHECK(module_named(script, "conv1").values.at("padding") == std::vector<double>{1, 1});
  }
}

TEST_CASE("plain pickles of tensors and of arrays are read") {
  check_tensors(imported("dumped_2.pkl"), "float32");
  check_tensors(imported("dumped_4.pkl"), "float32");
  for (const std::string name : {"arrays_2.pkl", "arrays_5.pkl"}) {
    const Imported arrays = imported(name);
    const auto& weights = std::get<WeightFile>(arrays.contents);
    CHECK(weights.find("fc.weight")->values == kTensors[2].values);
    CHECK(weights.find("fc.bias")->values == kTensors[3].values);
    CHECK(weights.find("fc.bias")->type == "float64");
  }
}

TEST_CASE("big-endian torch files give the same values") {
  const auto bytes = read_file_aligned(LENTIL_SOURCE_DIR "/tests/formats/import/data/torch_zip.pt");
  const auto zip = ZipReader::open(*bytes, "");
  REQUIRE(zip);
  std::vector<AlignedBytes> contents;
  std::vector<ZipMember> members;
  for (const std::string& name : zip->names()) {
    contents.push_back(std::move(*zip->read(name)));
    if (name.find("/data/") == std::string::npos) continue;
    for (std::size_t i = 0; i + 4 <= contents.back().size(); i += 4) {
      std::reverse(contents.back().begin() + i, contents.back().begin() + i + 4);
    }
  }
  const std::string order = "big";
  const std::string folder = zip->names()[0].substr(0, zip->names()[0].find('/') + 1);
  for (std::size_t i = 0; i < contents.size(); ++i) members.push_back({zip->names()[i], contents[i]});
  members.push_back({folder + "byteorder", std::as_bytes(std::span(order))});
  const auto turned = zip_bytes(members, Packing::deflated);
  REQUIRE(turned);
  const auto imported = import_source({"big.pt", AlignedBytes(*turned)});
  REQUIRE(imported);
  check_tensors(*imported, "float32");
}

TEST_CASE("files without float weights of a model are refused by name") {
  CHECK_THAT(import_data("optimizer.pt").error().message, Contains("optimizer's state, not a model"));
  CHECK_THAT(import_data("quantised.pt").error().message,
             Contains("fc.weight is quantised") && Contains("float model"));
  CHECK_THAT(import_data("sparse.pt").error().message, Contains("fc.weight is sparse"));
  CHECK_THAT(import_pickle(dict({text("accuracy"), number(98)})).error().message, Contains("no tensor"));
  CHECK_THAT(import_pickle(dict({text("optimizer"), dict({text("state"), "}", text("param_groups"), "]"})}))
                 .error()
                 .message,
             Contains("optimizer's state"));
  const std::string lua("\4\0\0\0\1\0\0\0\3\0\0\0V 1\0", 16);
  CHECK_THAT(import_source({"x.t7", bytes_of(lua)}).error().message, Contains("x.t7") && Contains("Lua"));
  std::string tar(512, '\0');
  tar.replace(257, 5, "ustar");
  CHECK_THAT(import_source({"x.pth", bytes_of(tar)}).error().message, Contains("tar archive"));
}

TEST_CASE("the model in a pickle is what people call it, or the only one, or everything") {
  using Names = std::vector<std::string>;
  const std::string net = dict({text("a.w"), kArray});
  CHECK(tensor_names(import_pickle(dict({text("ema"), net, text("model"), net}))) == Names{"a.w"});
  CHECK(tensor_names(import_pickle(dict({text("epoch"), number(1), text("my_best"), net}))) == Names{"a.w"});
  CHECK(tensor_names(import_pickle(dict({text("data"), dict({text("state_dict"), net})}))) == Names{"a.w"});
  const std::string layer = dict({text("weight"), kArray});
  CHECK(tensor_names(import_pickle(dict({text("epoch"), number(1), text("state_dict"), layer}))) ==
        Names{"weight"});
  CHECK(tensor_names(import_pickle(dict({text("enc"), net, text("dec"), net}))) ==
        Names{"enc.a.w", "dec.a.w"});
  CHECK(tensor_names(import_pickle(dict({text("fc"), dict({text("w"), kArray})}))) == Names{"fc.w"});
  CHECK(tensor_names(import_pickle("](" + kArray + kArray + "e")) == Names{"0", "1"});
  CHECK(tensor_names(import_pickle(dict({text("w"), kArray, text("w"), kArray})))[0].find(
            "two tensors named w") != std::string::npos);
}
